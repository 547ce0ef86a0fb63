package dev.tsumuji.wire.form;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tsumuji.wire.http.Headers;
import dev.tsumuji.wire.http.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.SplittableRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

class PostFormTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private static final String BOUNDARY = "9431149156168";

    private static String field(String name, String value) {
        return "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
    }

    private static String file(String name, String content) {
        return "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name
                + "\"\r\nContent-Type: image/jpeg\r\n\r\n" + content + "\r\n";
    }

    private static String end() {
        return "--" + BOUNDARY + "--\r\n";
    }

    private static Request request(String body) {
        return request("/photos", body);
    }

    private static Request request(String path, String body) {
        return Request.of(
                "POST",
                path,
                null,
                Headers.of("host", "127.0.0.1:4566", "content-type", "multipart/form-data; boundary=" + BOUNDARY),
                body.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String policy(String conditions) {
        return Base64.getEncoder()
                .encodeToString(("{\"expiration\":\"2026-01-02T00:00:00.000Z\",\"conditions\":[" + conditions + "]}")
                        .getBytes(StandardCharsets.UTF_8));
    }

    private static String text(Request put) throws IOException {
        return new String(put.body().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void a_form_is_the_put_that_it_means() throws IOException {
        var form = PostForm.read(request(field("key", "user/eric/${filename}")
                + field("acl", "public-read")
                + field("Content-Type", "image/jpeg")
                + field("x-amz-meta-tag", "some,tag")
                + field(
                        "tagging",
                        "<Tagging><TagSet><Tag><Key>a b</Key><Value>&lt;c&gt;</Value></Tag></TagSet></Tagging>")
                + file("C:\\pictures\\my photo.jpg", "the\r\n--picture")
                + field("submit", "Upload")
                + end()));
        var put = form.asPut(false, NOW);
        assertThat(put.method()).isEqualTo("PUT");
        assertThat(put.path()).isEqualTo("/photos/user/eric/my%20photo.jpg");
        assertThat(put.header("x-amz-acl")).isEqualTo("public-read");
        assertThat(put.header("content-type")).isEqualTo("image/jpeg");
        assertThat(put.header("x-amz-meta-tag")).isEqualTo("some,tag");
        assertThat(put.header("x-amz-tagging")).isEqualTo("a%20b=%3Cc%3E");
        assertThat(text(put)).isEqualTo("the\r\n--picture");
    }

    @Test
    void a_file_without_a_name_names_no_key() throws IOException {
        var content = "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx\r\n";
        var form = PostForm.read(request(field("key", "a-${filename}") + content + end()));
        assertThat(form.key()).isEqualTo("a-${filename}");
    }

    @Test
    void a_file_larger_than_the_buffer_arrives_unchanged() throws IOException {
        var content = ("0123456789\r\n--" + BOUNDARY.substring(1)).repeat(20_000);
        var form = PostForm.read(request(field("key", "big") + file("big", content) + end()));
        assertThat(text(form.asPut(false, NOW))).isEqualTo(content);
    }

    @Test
    void a_policys_conditions_must_hold() throws IOException {
        var head = field("key", "user/eric/a") + field("acl", "public-read");
        var wide = "[\"starts-with\",\"$key\",\"user/eric/\"],{\"acl\":\"public-read\"},{\"bucket\":\"photos\"}";
        assertThat(text(put(head + field("policy", policy(wide))))).isEqualTo("picture");
        refused(
                () -> put(head + field("policy", policy("[\"eq\",\"$key\",\"b\"]"))),
                "Invalid according to Policy: Policy Condition failed: [\"eq\", \"$key\", \"b\"]");
        refused(
                () -> put(
                        head + field("policy", policy("{\"bucket\":\"photos\"},[\"starts-with\",\"$key\",\"user/\"]"))),
                "Invalid according to Policy: Extra input fields: acl");
        refused(
                () -> put(head + field("policy", policy(wide.replace(",{\"bucket\":\"photos\"}", "")))),
                "Invalid according to Policy: Extra input fields: bucket");
        refused(
                () -> put(head + field("policy", policy(wide + ",{}"))),
                "Invalid Policy: Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.");
        refused(
                () -> put(head + field("policy", policy(wide + ",{\"acl\":\"public-read\",\"key\":\"a\"}"))),
                "Invalid Policy: Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.");
        refused(
                () -> put(head + field("policy", policy(wide + ",{\"acl\":1}"))),
                "Invalid Policy: Invalid Simple-Condition: value must be a string.");
        refused(
                () -> put(head + field("policy", policy(wide + ",[\"content-length-range\",\"x\",\"10\"]"))),
                "Invalid according to Policy: Policy Condition failed: [\"content-length-range\", \"x\", \"10\"]");
        refused(
                () -> put(head + field("policy", policy(wide + ",{\"bucket\":\"other\"}"))),
                "Invalid according to Policy: Policy Condition failed: [\"eq\", \"$bucket\", \"other\"]");
        refused(
                () -> PostForm.read(request(head + field("policy", policy(wide)) + file("a", "x") + end()))
                        .asPut(true, NOW.plus(Duration.ofDays(1))),
                "Invalid according to Policy: Policy expired.");
        refused(() -> put(head + field("policy", "AAAA")), "Invalid Policy: Invalid JSON.");
    }

    @Test
    void a_file_of_another_length_than_the_policy_wants_fails_while_it_is_read() {
        var head = field("key", "a");
        refused(
                () -> text(put(head
                        + field(
                                "policy",
                                policy("{\"key\":\"a\"},{\"bucket\":\"photos\"},[\"content-length-range\",1,3]")))),
                "Your proposed upload exceeds the maximum allowed size");
        refused(
                () -> text(put(head
                        + field(
                                "policy",
                                policy("{\"key\":\"a\"},{\"bucket\":\"photos\"},[\"content-length-range\",30,40]")))),
                "Your proposed upload is smaller than the minimum allowed size");
    }

    @Test
    void what_is_missing_is_named() {
        refused(
                () -> PostForm.read(request(field("acl", "private") + file("a", "b") + end())),
                "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.");
        refused(
                () -> PostForm.read(request(field("key", "a") + end())),
                "POST requires exactly one file upload per request.");
        refused(
                () -> PostForm.read(
                                request(field("key", "a") + file("a", "cut off").strip()))
                        .asPut(false, NOW)
                        .body()
                        .readAllBytes(),
                "The body of your POST request is not well-formed multipart/form-data.");
        refused(
                () -> PostForm.read(request(field("key", "a".repeat(30_000)) + file("a", "b") + end())),
                "Your POST request fields preceding the upload file were too large.");
        refused(
                () -> PostForm.read(Request.of("POST", "/photos", null, Headers.of("host", "h"), new byte[0])),
                "At least one of the pre-conditions you specified did not hold");
    }

    @Test
    void a_damaged_form_is_refused_in_words_and_never_hangs() {
        var whole = (field("key", "a")
                        + field(
                                "policy",
                                policy("{\"key\":\"a\"},{\"bucket\":\"photos\"},[\"content-length-range\",1,30]"))
                        + file("a", "picture")
                        + end())
                .getBytes(StandardCharsets.ISO_8859_1);
        var random = new SplittableRandom(20260101);
        for (int round = 0; round < 20_000; round++) {
            var bytes = whole.clone();
            for (int hits = 1 + random.nextInt(4); hits > 0; hits--) {
                int at = random.nextInt(bytes.length);
                bytes[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : bytes[random.nextInt(bytes.length)]);
            }
            int length = random.nextInt(8) == 0 ? random.nextInt(bytes.length) : bytes.length;
            var body = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
            try {
                text(PostForm.read(request(body)).asPut(true, NOW));
            } catch (AwsServiceException e) {
                assertThat(e.statusCode()).as("round %s", round).isBetween(400, 499);
            } catch (IOException e) {
                throw new AssertionError("round " + round, e);
            }
        }
    }

    private static Request put(String head) throws IOException {
        return PostForm.read(request(head + file("a", "picture") + end())).asPut(true, NOW);
    }

    private static void refused(ThrowingCallable what, String message) {
        assertThatThrownBy(what)
                .isInstanceOfSatisfying(
                        AwsServiceException.class,
                        e -> assertThat(e.awsErrorDetails().errorMessage()).isEqualTo(message));
    }
}
