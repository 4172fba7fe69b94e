import { describeConformance } from './conformance.ts';

describeConformance('cephfs');
