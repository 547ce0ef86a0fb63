/** AWS Signature Version 4: verifying requests, and signing those of our own clients. */
@NullMarked
package dev.tsumuji.wire.sign;

import org.jspecify.annotations.NullMarked;
