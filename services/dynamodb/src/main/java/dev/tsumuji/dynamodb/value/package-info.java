/** DynamoDB's attribute values: their rules, order, numbers and sizes. Pure functions. */
@NullMarked
package dev.tsumuji.dynamodb.value;

import org.jspecify.annotations.NullMarked;
