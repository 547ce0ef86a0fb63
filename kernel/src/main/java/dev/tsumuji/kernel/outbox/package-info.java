/** Work that must follow a commit, delivered at least once. */
@NullMarked
package dev.tsumuji.kernel.outbox;

import org.jspecify.annotations.NullMarked;
