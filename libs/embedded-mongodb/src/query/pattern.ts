import { badValue } from '../server/errors.ts';

/**
 * Regular expressions of the closed subset: what reads the same in PCRE and in JavaScript and cannot run away.
 * Literals, escaped punctuation, `.`, `.*`, `^` at the beginning and `$` at the end; options i and s.
 */
const SUPPORTED = /^\^?(?:[^\\^$.|?*+()[\]{}]|\\[\\^$.|?*+()[\]{}/-]|\.\*|\.)*\$?$/u;
/** Each further one would multiply the steps by the length of the text. */
const WILDCARDS_MAX = 1;

export function regexOf(source: string, options: string): RegExp {
  for (const option of options) {
    if (!'imsxu'.includes(option)) throw badValue(`invalid flag in regex options: ${option}`);
    if (!'is'.includes(option))
      throw badValue(`the regex option ${option} is not supported by the embedded store`);
  }
  if (!SUPPORTED.test(source) || source.split('.*').length - 1 > WILDCARDS_MAX)
    throw badValue(
      `the regular expression /${source}/ is not supported by the embedded store: it takes literals, '.', one '.*', '^' and '$'`,
    );
  const ends = /(?:^|[^\\])(?:\\\\)*\$$/u.test(source);
  const body = (ends ? source.slice(0, -1) : source).replace(/\\.|\./gu, (part) =>
    part === '.' && !options.includes('s') ? '[^\\n]' : part === '\\-' ? '-' : part,
  );
  // PCRE's end is also before a last line break.
  return new RegExp(ends ? `${body}(?=\\n?(?![^]))` : body, `u${options}`);
}
