import { describeConformance } from './conformance.ts';

describeConformance('xfs');
