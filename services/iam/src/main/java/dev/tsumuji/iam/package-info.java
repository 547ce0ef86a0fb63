/** Identity and Access Management. */
@NullMarked
package dev.tsumuji.iam;

import org.jspecify.annotations.NullMarked;
