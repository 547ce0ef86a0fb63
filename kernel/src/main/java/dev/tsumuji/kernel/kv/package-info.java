/** The ordered, transactional store that holds all state, and the encoding of its keys and values. */
@NullMarked
package dev.tsumuji.kernel.kv;

import org.jspecify.annotations.NullMarked;
