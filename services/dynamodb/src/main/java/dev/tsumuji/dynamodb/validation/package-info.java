/** What can be wrong with a request by itself, and with what it says about a key. Pure functions. */
@NullMarked
package dev.tsumuji.dynamodb.validation;

import org.jspecify.annotations.NullMarked;
