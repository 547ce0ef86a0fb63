/** What tests of every module share: virtual time, generators, the contract of a key-value engine. */
@NullMarked
package dev.tsumuji.testkit;

import org.jspecify.annotations.NullMarked;
