package dev.tsumuji.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.conformance.Wire.Answer;
import dev.tsumuji.conformance.Wire.Message;
import dev.tsumuji.testkit.Seeded;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nothing reaches a service without a right signature. */
class SignatureIT {
    private static Wire wire;

    @BeforeAll
    static void connect() {
        wire = new Wire(RunningPlatform.shared());
    }

    /** A harmless request to each service, and how it writes error codes. */
    enum Service {
        IAM("iam", "MissingAuthenticationToken", "InvalidClientTokenId", "SignatureDoesNotMatch") {
            @Override
            Message request() {
                return wire.query("Action=ListUsers&Version=2010-05-08");
            }
        },
        STS("sts", "MissingAuthenticationToken", "InvalidClientTokenId", "SignatureDoesNotMatch") {
            @Override
            Message request() {
                return wire.query("Action=GetCallerIdentity&Version=2011-06-15");
            }
        },
        LOGS("logs", "MissingAuthenticationToken", "UnrecognizedClientException", "InvalidSignatureException") {
            @Override
            Message request() {
                return wire.json("Logs_20140328.DescribeLogGroups", "{}");
            }
        },
        LAMBDA("lambda", "MissingAuthenticationToken", "UnrecognizedClientException", "InvalidSignatureException") {
            @Override
            Message request() {
                return wire.message("GET", "/2015-03-31/functions/", "MaxItems=10", "");
            }
        };

        final String signingName;
        final String missing;
        final String unknown;
        final String forged;

        Service(String signingName, String missing, String unknown, String forged) {
            this.signingName = signingName;
            this.missing = missing;
            this.unknown = unknown;
            this.forged = forged;
        }

        abstract Message request();
    }

    private static void refused(Answer answer, String code) {
        assertThat(answer.status()).as(answer.toString()).isBetween(400, 403);
        assertThat(answer.body() + answer.headers().getOrDefault("x-amzn-errortype", ""))
                .contains(code);
    }

    @ParameterizedTest
    @EnumSource
    void a_right_signature_is_let_in(Service service) {
        assertThat(wire.send(wire.signed(service.request(), service.signingName))
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource
    void an_unsigned_request_is_refused(Service service) {
        refused(wire.send(service.request()), service.missing);
    }

    @ParameterizedTest
    @EnumSource
    void a_forged_signature_is_refused(Service service) {
        var forged = wire.signed(
                service.request(), service.signingName, RunningPlatform.ACCESS_KEY, "guessed", Instant.now());
        refused(wire.send(forged), service.forged);
    }

    @ParameterizedTest
    @EnumSource
    void an_unknown_key_is_refused(Service service) {
        var unknown =
                wire.signed(service.request(), service.signingName, "AKIAIOSFODNN7EXAMPLE", "guessed", Instant.now());
        refused(wire.send(unknown), service.unknown);
    }

    @ParameterizedTest
    @EnumSource
    void an_old_signature_is_refused(Service service) {
        for (var age : List.of(Duration.ofMinutes(16), Duration.ofMinutes(-16))) {
            var old = wire.signed(
                    service.request(),
                    service.signingName,
                    RunningPlatform.ACCESS_KEY,
                    RunningPlatform.SECRET_KEY,
                    Instant.now().minus(age));
            refused(wire.send(old), service.forged);
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_signature_for_another_service_is_refused(Service service) {
        var other = Service.values()[(service.ordinal() + 1) % Service.values().length];
        var answer = wire.send(wire.signed(service.request(), other.signingName));
        assertThat(answer.status()).as(answer.toString()).isBetween(400, 404);
    }

    @Test
    void no_change_to_a_signed_request_gets_through() {
        Seeded.check(1, seeded -> {
            for (int i = 0; i < 300; i++) {
                var service = seeded.oneOf(List.of(Service.values()));
                var right = wire.signed(service.request(), service.signingName);
                var change = changed(right, seeded);
                var answer = wire.send(change);
                assertThat(answer.status())
                        .as("%s\n%s", new String(change), answer)
                        .satisfiesAnyOf(
                                status -> assertThat(status).isZero(),
                                status -> assertThat(status).isBetween(400, 499));
            }
        });
    }

    /** One byte of what is signed, changed into something that means something else. */
    private static byte[] changed(Message right, Seeded seeded) {
        return switch (seeded.below(6)) {
            case 0 ->
                new Message(
                                right.method().equals("GET") ? "POST" : "GET",
                                right.path(),
                                right.query(),
                                right.headers(),
                                right.body())
                        .bytes();
            case 1 ->
                new Message(right.method(), right.path() + "x", right.query(), right.headers(), right.body()).bytes();
            case 2 ->
                new Message(
                                right.method(),
                                right.path(),
                                right.query() == null ? "x=y" : right.query() + "1",
                                right.headers(),
                                right.body())
                        .bytes();
            case 3 -> flippedHeader(right, seeded).bytes();
            case 4 ->
                right.withBody((new String(right.body()) + " ").getBytes()).bytes();
            default ->
                right.withHeader("authorization", flipped(right.headers().get("authorization"), seeded))
                        .bytes();
        };
    }

    private static Message flippedHeader(Message right, Seeded seeded) {
        var names = new ArrayList<String>();
        right.headers().forEach((name, value) -> {
            if (!name.equals("authorization")) {
                names.add(name);
            }
        });
        var name = seeded.oneOf(names);
        var value = right.headers().get(name);
        return right.withHeader(name, flipped(value, seeded));
    }

    /** A letter becomes another letter or a digit another digit, so that the text stays well formed. */
    private static String flipped(String text, Seeded seeded) {
        var chars = text.toCharArray();
        while (true) {
            int i = seeded.below(chars.length);
            char c = chars[i];
            if (Character.isDigit(c)) {
                chars[i] = (char) ('0' + (c - '0' + 1 + seeded.below(9)) % 10);
                return new String(chars);
            }
            if (Character.isLetter(c)) {
                chars[i] = c == 'z' ? 'q' : 'z';
                return new String(chars);
            }
        }
    }
}
