package com.amazonaws.services.lambda.runtime;

/** Gives the logger to code that has no context at hand. */
public final class LambdaRuntime {
    private LambdaRuntime() {}

    public static LambdaLogger getLogger() {
        return LambdaRuntimeInternal.logger;
    }
}
