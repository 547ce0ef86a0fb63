/** PartiQL as DynamoDB has it: statements are read into records that the tables carry out. Pure functions. */
@NullMarked
package dev.tsumuji.dynamodb.partiql;

import org.jspecify.annotations.NullMarked;
