/** DynamoDB's expressions and their legacy forms: parsed once, bound to a request's placeholders, evaluated over items. */
@NullMarked
package dev.tsumuji.dynamodb.expression;

import org.jspecify.annotations.NullMarked;
