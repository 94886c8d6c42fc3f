import { parseFlags } from '../../bench/support/flags.js';

describe('parseFlags', () => {
  it('has every flag off unless it is given', () => {
    const off = {
      quick: false,
      json: false,
      save: false,
      tune: false,
      verbose: false,
      picture: false,
      software: false,
      long: false,
      named: false,
    };
    expect(parseFlags([])).toEqual(off);
    expect(parseFlags(['--quick', '--json'])).toMatchObject({ quick: true, json: true, save: false });
  });

  it('knows the others only where the benchmark does', () => {
    expect(parseFlags(['--tune', '--task', 'digits'], ['tune', 'task'])).toMatchObject({ tune: true, task: 'digits' });
    expect(() => parseFlags(['--tune'])).toThrow(/--tune/);
    expect(() => parseFlags(['--quik'])).toThrow(/--quik/);
  });

  it('takes the words of those that are no switches', () => {
    const args = ['--contenders', 'default,fixed+none', '--start', 'untuned', '--part', 'rules', '--logs', 'runs'];
    const names = ['contenders', 'start', 'part', 'logs'] as const;
    expect(parseFlags(args, names)).toMatchObject({
      ...{ contenders: 'default,fixed+none', start: 'untuned', part: 'rules', logs: 'runs' },
    });
  });
});
