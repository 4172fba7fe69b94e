import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SIMULATED = [
  { ring: 'engine', seeds: '1..200', steps: 10_000 },
  { ring: 'stack', seeds: '1..20', steps: 500 },
] as const;

describe('the project in a simulated world', () => {
  it.each(SIMULATED)(
    'keeps all that it promises: the ring $ring, seeds $seeds, $steps steps each',
    async (simulated) => {
      const { code, output } = await simulate(simulated);
      console.log(output);

      expect(code).toBe(0);
    },
  );
});

async function simulate({ ring, seeds, steps }: (typeof SIMULATED)[number]) {
  const program = fileURLToPath(new URL('./simulate.ts', import.meta.url));
  const child = spawn(process.execPath, [program, '--ring', ring, '--seeds', seeds, '--steps', `${steps}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  const [printed, complained] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await closed, output: `${printed}${complained}` };
}
