/** Settings: declared once with type, default and meaning, read from flags, environment and file. */
@NullMarked
package dev.tsumuji.kernel.settings;

import org.jspecify.annotations.NullMarked;
