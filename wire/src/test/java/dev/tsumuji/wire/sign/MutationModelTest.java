package dev.tsumuji.wire.sign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.wire.Keys;
import dev.tsumuji.wire.http.Headers;
import dev.tsumuji.wire.http.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A valid request in which one byte is another is refused, or means the same.
 *
 * <p>Means the same, and so counts neither way: a changed byte that the canonical request doesn't hold by AWS's definition.
 * These are the case of a header's name, a blank that is trimmed or folded with its neighbours, the case of hexadecimal
 * digits in a percent-encoding, a character and its encoding, an empty parameter, and the port of a host. The test decides
 * that by what would be acted on (method, path, decoded query, headers of meaning, body) and not by asking the code it tests.
 */
class MutationModelTest {
    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
    private static final Pattern ENCODED = Pattern.compile("%[0-9A-Fa-f]{2}");
    private static final int MUTATIONS = 10_000;

    /** What a service acts on. */
    private record Meaning(String method, String path, List<String> query, List<String> headers, List<Byte> body) {
        static Meaning of(String method, String path, @Nullable String query, Headers headers, byte[] body) {
            var parameters = new ArrayList<String>();
            for (var pair : (query == null ? "" : query).split("&")) {
                if (!pair.isEmpty()) {
                    var named = pair.contains("=") ? pair : pair + "=";
                    parameters.add(Text.decode(named.replace('+', ' ')));
                }
            }
            parameters.removeIf(pair -> pair.startsWith("X-Amz-Signature="));
            parameters.sort(null);
            var fields = new ArrayList<String>();
            headers.forEach((name, value) -> {
                if (!name.equals("authorization")) {
                    fields.add(name + ":" + value.strip().replaceAll("[ \t]+", " "));
                }
            });
            fields.sort(null);
            var bytes = new ArrayList<Byte>();
            for (var b : body) {
                bytes.add(b);
            }
            return new Meaning(method, upperHex(path), parameters, fields, bytes);
        }

        /** {@code %2f} and {@code %2F} are one encoding. */
        private static String upperHex(String path) {
            return ENCODED.matcher(path).replaceAll(found -> found.group().toUpperCase(Locale.ROOT));
        }
    }

    private record Sent(
            String method, String path, @Nullable String query, Headers headers, byte[] body) {
        /** The parts of a request a byte of which may change, as one array. */
        byte[] wire() {
            var text = new StringBuilder(method)
                    .append('\n')
                    .append(path)
                    .append('\n')
                    .append(query == null ? "-" : "?" + query)
                    .append('\n');
            headers.forEach(
                    (name, value) -> text.append(name).append(':').append(value).append('\n'));
            var head = text.append('\n').toString().getBytes(StandardCharsets.ISO_8859_1);
            var all = Arrays.copyOf(head, head.length + body.length);
            System.arraycopy(body, 0, all, head.length, body.length);
            return all;
        }

        /** Null when the mutated bytes aren't a request of this form any more. */
        static @Nullable Sent parse(byte[] wire) {
            var text = new String(wire, StandardCharsets.ISO_8859_1);
            int end = text.indexOf("\n\n");
            if (end < 0) {
                return null;
            }
            var lines = text.substring(0, end).split("\n", -1);
            if (lines.length < 4 || lines[0].isEmpty() || !lines[1].startsWith("/") || !lines[2].matches("-|[?].*")) {
                return null;
            }
            var fields = new ArrayList<String>();
            for (int i = 3; i < lines.length; i++) {
                int colon = lines[i].indexOf(':');
                if (colon < 1) {
                    return null;
                }
                fields.add(lines[i].substring(0, colon));
                fields.add(lines[i].substring(colon + 1));
            }
            var body = Arrays.copyOfRange(wire, end + 2, wire.length);
            return new Sent(
                    lines[0],
                    lines[1],
                    lines[2].startsWith("?") ? lines[2].substring(1) : null,
                    Headers.of(fields.toArray(String[]::new)),
                    body);
        }

        Meaning meaning() {
            return Meaning.of(method, path, query, headers, body);
        }

        Request request() {
            return Request.of(method, path, query, headers, body);
        }
    }

    @Test
    void no_change_of_one_byte_is_accepted_with_another_meaning() {
        long seed = Long.getLong("seed", System.nanoTime());
        var random = new Random(seed);
        var verifier = new Verifier(new Keys(), InstantSource.fixed(NOW), 1 << 20);
        int refused = 0;
        int same = 0;
        int unreadable = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            var sent = sent(random);
            assertThat(accepted(verifier, sent)).as("unchanged, seed %d", seed).isTrue();
            var wire = sent.wire();
            int at = random.nextInt(wire.length);
            byte before = wire[at];
            while (wire[at] == before) {
                wire[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : before ^ 1 << random.nextInt(8));
            }
            var mutated = Sent.parse(wire);
            if (mutated == null) {
                unreadable++;
            } else if (!accepted(verifier, mutated)) {
                refused++;
            } else {
                assertThat(mutated.meaning())
                        .as("seed %d, run %d, byte %d: %s", seed, i, at, new String(wire, StandardCharsets.ISO_8859_1))
                        .isEqualTo(sent.meaning());
                same++;
            }
        }
        System.out.println(MUTATIONS + " mutations (seed " + seed + "): " + refused + " refused, " + unreadable
                + " no requests any more, " + same + " without another meaning, 0 accepted with one");
        assertThat(refused).isGreaterThan(MUTATIONS * 8 / 10);
    }

    private static boolean accepted(Verifier verifier, Sent sent) {
        try {
            verifier.verify(sent.request()).request().body().readAllBytes();
            return true;
        } catch (Refusal e) {
            return false;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Sent sent(Random random) {
        var services = List.of("lambda", "iam", "s3", "logs");
        var service = services.get(random.nextInt(services.size()));
        var token = random.nextInt(3) == 0;
        var signer = token
                ? new Signer(Keys.TEMPORARY_ID, Keys.SECRET, Keys.TOKEN, "us-east-1", service)
                : new Signer(Keys.ID, Keys.SECRET, null, "us-east-1", service);
        var path = "/2015-03-31/functions/" + word(random) + (random.nextBoolean() ? "/a%2Fb" : "");
        var query = random.nextBoolean() ? "Qualifier=" + word(random) + "&b=x%20y&flag" : null;
        if (random.nextInt(4) == 0) {
            var link = signer.presign("GET", "localhost:4566", path, query, Duration.ofMinutes(5), NOW);
            return new Sent("GET", path, link, Headers.of("host", "localhost:4566"), new byte[0]);
        }
        var body = new byte[random.nextInt(200)];
        random.nextBytes(body);
        var headers = Headers.of(
                "host",
                "localhost:4566",
                "x-amz-target",
                "Logs_20140328." + word(random),
                "content-type",
                "application/json");
        var unhashed = !service.equals("s3") && random.nextBoolean();
        if (unhashed) {
            var plain = headers.with("x-amz-date", AmzDate.format(NOW));
            var all = token ? plain.with("x-amz-security-token", Keys.TOKEN) : plain;
            var signed = signer.withSignature("POST", path, query, all, Hash.hex(Hash.sha256(body)), NOW);
            return new Sent("POST", path, query, signed, body);
        }
        return new Sent("POST", path, query, signer.sign("POST", path, query, headers, body, NOW), body);
    }

    private static String word(Random random) {
        return Integer.toString(random.nextInt(1 << 20), 36);
    }
}
