package dev.tsumuji.lambda;

import dev.tsumuji.kernel.call.Arn;
import dev.tsumuji.kernel.call.Call;
import java.util.regex.Pattern;

/** Which layer, whatever the version: account, region and name. */
record LayerName(String account, String region, String name) {
    static final Pattern VERSION_ARN = Pattern.compile(
            "arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+");

    private static final String RESOURCE = "layer:";

    /** Reads a layer as requests name it: by name or by ARN. */
    static LayerName of(String text, Call call) {
        if (!Arn.isArn(text)) {
            return new LayerName(call.account(), call.region(), text);
        }
        var arn = Arn.parse(text);
        var name = arn.resource().startsWith(RESOURCE) ? arn.resource().substring(RESOURCE.length()) : arn.resource();
        return new LayerName(arn.account(), arn.region(), name);
    }

    String arn() {
        return "arn:aws:lambda:" + region + ":" + account + ":" + RESOURCE + name;
    }

    LayerVersionName version(long number) {
        return new LayerVersionName(this, number);
    }

    /** Which version of a layer. */
    record LayerVersionName(LayerName layer, long number) {

        /** @param arn of the form of {@link #VERSION_ARN} */
        static LayerVersionName ofArn(String arn) {
            int colon = arn.lastIndexOf(':');
            var parsed = Arn.parse(arn.substring(0, colon));
            var name = new LayerName(
                    parsed.account(), parsed.region(), parsed.resource().substring(RESOURCE.length()));
            try {
                return name.version(Long.parseLong(arn.substring(colon + 1)));
            } catch (NumberFormatException e) {
                // more digits than any version has
                return name.version(Long.MAX_VALUE);
            }
        }

        String arn() {
            return layer.arn() + ":" + number;
        }
    }
}
