/**
 * The types that functions in Java are written against, as the library {@code aws-lambda-java-core} defines them: the bootstrap
 * offers them to functions that don't bring them, and wins over those that do, so that both sides mean the same classes.
 */
package com.amazonaws.services.lambda.runtime;
