/** Services, the one gate in front of them, and how they reach each other. */
@NullMarked
package dev.tsumuji.kernel.cloud;

import org.jspecify.annotations.NullMarked;
