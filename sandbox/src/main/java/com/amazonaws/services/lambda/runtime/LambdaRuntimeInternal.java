package com.amazonaws.services.lambda.runtime;

import java.nio.charset.StandardCharsets;

/** Set by the bootstrap; logging libraries for functions set their flag here. */
public final class LambdaRuntimeInternal {
    static volatile LambdaLogger logger = new LambdaLogger() {
        @Override
        public void log(String message) {
            System.out.print(message);
        }

        @Override
        public void log(byte[] message) {
            log(new String(message, StandardCharsets.UTF_8));
        }
    };
    private static volatile boolean useLog4jAppender;

    private LambdaRuntimeInternal() {}

    public static void setLogger(LambdaLogger newLogger) {
        logger = newLogger;
    }

    public static boolean getUseLog4jAppender() {
        return useLog4jAppender;
    }

    public static void setUseLog4jAppender(boolean use) {
        useLog4jAppender = use;
    }
}
