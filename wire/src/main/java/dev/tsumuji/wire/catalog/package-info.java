/** What AWS's services and operations are called on the wire, read from the SDK's jars at build time. */
@NullMarked
package dev.tsumuji.wire.catalog;

import org.jspecify.annotations.NullMarked;
