/** What AWS's models demand of requests, and the words in which AWS refuses them. */
@NullMarked
package dev.tsumuji.wire.constraint;

import org.jspecify.annotations.NullMarked;
