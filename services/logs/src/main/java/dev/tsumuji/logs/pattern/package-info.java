/** The language of filter patterns: terms, JSON conditions, space-delimited fields and regular expressions. */
@NullMarked
package dev.tsumuji.logs.pattern;

import org.jspecify.annotations.NullMarked;
