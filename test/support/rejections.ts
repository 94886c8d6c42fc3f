/** What a factory is given, and what the error must say. */
export type Rejection = readonly [build: () => unknown, option: string, range: string, value: string];

/** Holds a table of rejected options: each a RangeError that names option, range and value. */
export function rejects(table: readonly Rejection[]): void {
  test.each(table.map(([build, ...words]) => [...words, build] as const))('rejects %s, not %s: %s', (...row) => {
    const [option, range, value, build] = row;
    expect(build).toThrow(RangeError);
    expect(build).toThrow(`${option} must be ${range}; got ${value}`);
  });
}

/** A misspelt option is rejected by name. */
export function rejectsUnknown(name: string, build: (options: object) => unknown): void {
  test(`${name} rejects an unknown option`, () => {
    expect(() => build({ misspelt: 1 })).toThrow(RangeError);
    expect(() => build({ misspelt: 1 })).toThrow(`${name} has no option 'misspelt'`);
  });
}
