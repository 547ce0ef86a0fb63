/** DynamoDB and DynamoDB Streams. */
@NullMarked
package dev.tsumuji.dynamodb;

import org.jspecify.annotations.NullMarked;
