/** A newspaper's pages, dropped into a bucket, become pyramids of tiles that a browser can zoom into. */
@NullMarked
package dev.tsumuji.examples.paper;

import org.jspecify.annotations.NullMarked;
