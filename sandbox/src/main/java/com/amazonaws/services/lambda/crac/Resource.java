package com.amazonaws.services.lambda.crac;

/** Told before and after a snapshot. */
public interface Resource {
    void beforeCheckpoint(Context<? extends Resource> context) throws Exception;

    void afterRestore(Context<? extends Resource> context) throws Exception;
}
