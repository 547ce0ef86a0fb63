package dev.tsumuji.lambda;

/** A version that was created or changed and waits to become active: work in the outbox. */
record Activation(String account, String region, String name, String version, String generation) {

    FunctionId id() {
        return new FunctionId(account, region, name);
    }
}
