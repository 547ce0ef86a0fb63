package dev.tsumuji.lambda;

/** Which function, whatever the version: account, region and name. */
record FunctionId(String account, String region, String name) {

    String arn() {
        return "arn:aws:lambda:" + region + ":" + account + ":function:" + name;
    }

    String arn(String qualifier) {
        return arn() + ":" + qualifier;
    }
}
