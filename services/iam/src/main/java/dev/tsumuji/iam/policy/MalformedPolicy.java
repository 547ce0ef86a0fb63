package dev.tsumuji.iam.policy;

/** A document that isn't a policy; the message is AWS's. */
public final class MalformedPolicy extends RuntimeException {
    public MalformedPolicy(String message) {
        super(message);
    }
}
