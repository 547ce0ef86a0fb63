package dev.tsumuji.kernel.call;

/**
 * An Amazon Resource Name, split into its six parts.
 *
 * @param resource everything after the fifth colon, colons and slashes included
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html">Amazon Resource Names</a>
 */
public record Arn(String partition, String service, String region, String account, String resource) {

    public static Arn of(String service, String region, String account, String resource) {
        return new Arn("aws", service, region, account, resource);
    }

    /** @throws IllegalArgumentException when the text is not an ARN */
    public static Arn parse(String text) {
        var parts = text.split(":", 6);
        if (parts.length < 6 || !parts[0].equals("arn")) {
            throw new IllegalArgumentException("not an ARN: " + text);
        }
        return new Arn(parts[1], parts[2], parts[3], parts[4], parts[5]);
    }

    public static boolean isArn(String text) {
        return text.startsWith("arn:") && text.chars().filter(c -> c == ':').count() >= 5;
    }

    @Override
    public String toString() {
        return "arn:" + partition + ":" + service + ":" + region + ":" + account + ":" + resource;
    }
}
