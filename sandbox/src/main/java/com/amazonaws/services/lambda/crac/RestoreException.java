package com.amazonaws.services.lambda.crac;

/** What the hooks threw, as suppressed exceptions. */
public class RestoreException extends Exception {
    private static final long serialVersionUID = 1;

    public RestoreException() {}
}
