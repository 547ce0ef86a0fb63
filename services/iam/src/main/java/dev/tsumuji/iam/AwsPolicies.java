package dev.tsumuji.iam;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The policies that AWS keeps for everybody, as far as people use them with functions. Immutable.
 *
 * <p>Read from a resource of this module: one policy per line, its ARN's resource, id, day of creation and document
 * separated by tabs.
 */
final class AwsPolicies {
    private static final String PREFIX = "arn:aws:iam::aws:";

    private final Map<String, AwsPolicy> byArn = new LinkedHashMap<>();

    /** @param path begins and ends with a slash */
    record AwsPolicy(String arn, String path, String name, String id, Instant created, String document) {}

    AwsPolicies() {
        for (var line : text().split("\n")) {
            var fields = line.split("\t", 4);
            var resource = fields[0].substring("policy".length());
            int slash = resource.lastIndexOf('/');
            byArn.put(
                    PREFIX + fields[0],
                    new AwsPolicy(
                            PREFIX + fields[0],
                            resource.substring(0, slash + 1),
                            resource.substring(slash + 1),
                            fields[1],
                            Instant.parse(fields[2] + "T00:00:00Z"),
                            fields[3]));
        }
    }

    private static String text() {
        try (var in = AwsPolicies.class.getResourceAsStream("aws-policies.tsv")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean knows(String arn) {
        return byArn.containsKey(arn);
    }

    Optional<AwsPolicy> find(String arn) {
        return Optional.ofNullable(byArn.get(arn));
    }

    Collection<AwsPolicy> all() {
        return byArn.values();
    }
}
