package dev.tsumuji.wire.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tsumuji.kernel.call.Credential;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.call.Session;
import dev.tsumuji.wire.Keys;
import dev.tsumuji.wire.http.Headers;
import dev.tsumuji.wire.http.Request;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VerifierTest {
    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
    private static final byte[] NOTHING = {};

    private static Verified verify(Request request) throws Exception {
        return verify(new Keys(), request, NOW);
    }

    private static Verified verify(Keys keys, Request request, Instant now) throws Exception {
        return new Verifier(keys, InstantSource.fixed(now), 1 << 20).verify(request);
    }

    private static Headers sign(String id, String secret, String token, String service, Headers headers) {
        return new Signer(id, secret, token, "us-east-1", service).sign("GET", "/", null, headers, NOTHING, NOW);
    }

    private static Request get(Headers headers) {
        return Request.of("GET", "/", null, headers, NOTHING);
    }

    /** A request in the dialect of a service: iam speaks query, logs awsJson, lambda restJson. */
    private static Headers dialect(String service) {
        var host = Headers.of("host", "localhost:4566");
        return service.equals("logs") ? host.with("x-amz-target", "Logs_20140328.DescribeLogGroups") : host;
    }

    private static void refused(Request request, String code, int status, String message) {
        refused(new Keys(), request, NOW, code, status, message);
    }

    private static void refused(Keys keys, Request request, Instant now, String code, int status, String message) {
        assertThatThrownBy(() -> verify(keys, request, now)).isInstanceOfSatisfying(Refusal.class, refusal -> {
            assertThat(refusal.code()).isEqualTo(code);
            assertThat(refusal.awsErrorDetails().errorMessage()).startsWith(message);
            assertThat(refusal.statusCode()).isEqualTo(status);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "iam, InvalidClientTokenId, 403",
        "lambda, UnrecognizedClientException, 403",
        "logs, UnrecognizedClientException, 400"
    })
    void an_unknown_key_is_refused(String service, String code, int status) {
        refused(
                get(sign("AKIANOBODY", "x", null, service, dialect(service))),
                code,
                status,
                "The security token included in the request is invalid.");
    }

    @Test
    void an_unknown_key_is_refused_by_s3_in_its_words() {
        refused(
                get(sign("AKIANOBODY", "x", null, "s3", dialect("s3"))),
                "InvalidAccessKeyId",
                403,
                "The AWS Access Key Id you provided does not exist in our records.");
    }

    @ParameterizedTest
    @CsvSource({
        "iam, SignatureDoesNotMatch, 403",
        "s3, SignatureDoesNotMatch, 403",
        "lambda, InvalidSignatureException, 403",
        "logs, InvalidSignatureException, 400"
    })
    void a_wrong_secret_is_refused(String service, String code, int status) {
        refused(
                get(sign(Keys.ID, "guess", null, service, dialect(service))),
                code,
                status,
                "The request signature we calculated does not match the signature you provided. Check your ");
    }

    @Test
    void s3_tells_what_it_wanted_signed() {
        assertThatThrownBy(() -> verify(get(sign(Keys.ID, "guess", null, "s3", dialect("s3")))))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        refusal -> assertThat(refusal.details())
                                .containsEntry("AWSAccessKeyId", Keys.ID)
                                .containsKeys("StringToSign", "SignatureProvided", "CanonicalRequest"));
    }

    @Test
    void a_session_needs_its_own_token() throws Exception {
        var signed = sign(Keys.TEMPORARY_ID, Keys.SECRET, Keys.TOKEN, "lambda", dialect("lambda"));
        assertThat(verify(get(signed)).credential().principal()).isInstanceOf(Principal.AssumedRole.class);
        refused(
                get(sign(Keys.TEMPORARY_ID, Keys.SECRET, null, "lambda", dialect("lambda"))),
                "UnrecognizedClientException",
                403,
                "The security token included in the request is invalid.");
        refused(
                get(sign(Keys.TEMPORARY_ID, Keys.SECRET, "other", "lambda", dialect("lambda"))),
                "UnrecognizedClientException",
                403,
                "The security token included in the request is invalid.");
    }

    @Test
    void the_token_need_not_be_signed() throws Exception {
        var signer = new Signer(Keys.TEMPORARY_ID, Keys.SECRET, null, "us-east-1", "lambda");
        var signed = signer.sign("GET", "/", null, dialect("lambda"), NOTHING, NOW);
        verify(get(signed.with("x-amz-security-token", Keys.TOKEN)));
        var link = signer.presign("GET", "localhost", "/", null, Duration.ofMinutes(1), NOW) + "&X-Amz-Security-Token="
                + Text.encode(Keys.TOKEN);
        verify(Request.of("GET", "/", link, Headers.of("host", "localhost"), NOTHING));
    }

    @ParameterizedTest
    @CsvSource({"iam, ExpiredToken, 403", "lambda, ExpiredTokenException, 403", "logs, ExpiredTokenException, 400"})
    void an_expired_session_is_refused(String service, String code, int status) {
        var over = new Credential(
                "ASIAOVER",
                Keys.SECRET,
                "t",
                new Principal.Root("000000000000"),
                Session.plain(NOW.minusSeconds(3_600), NOW));
        refused(
                new Keys().with(over),
                get(sign("ASIAOVER", Keys.SECRET, "t", service, dialect(service))),
                NOW,
                code,
                status,
                "The security token included in the request is expired");
    }

    @Test
    void the_clocks_may_differ_by_fifteen_minutes() throws Exception {
        var request = get(sign(Keys.ID, Keys.SECRET, null, "iam", dialect("iam")));
        verify(new Keys(), request, NOW.plus(Duration.ofMinutes(15)));
        verify(new Keys(), request, NOW.minus(Duration.ofMinutes(15)));
        refused(
                new Keys(),
                request,
                NOW.plusSeconds(901),
                "SignatureDoesNotMatch",
                403,
                "Signature expired: 20260501T120000Z is now earlier than 20260501T120001Z (20260501T121501Z - 15 min.)");
        refused(
                new Keys(),
                request,
                NOW.minusSeconds(901),
                "SignatureDoesNotMatch",
                403,
                "Signature not yet current: 20260501T120000Z is still later than 20260501T115959Z (20260501T114459Z + 15 min.)");
        refused(
                new Keys(),
                get(sign(Keys.ID, Keys.SECRET, null, "s3", dialect("s3"))),
                NOW.plusSeconds(901),
                "RequestTimeTooSkewed",
                403,
                "The difference between the request time and the current time is too large.");
    }

    @Test
    void a_link_lives_as_long_as_it_says_and_a_week_at_most() throws Exception {
        var signer = new Signer(Keys.ID, Keys.SECRET, null, "us-east-1", "s3");
        var week = signer.presign("GET", "h", "/b/k", null, Duration.ofDays(7), NOW);
        var request = Request.of("GET", "/b/k", week, Headers.of("host", "h"), NOTHING);
        verify(new Keys(), request, NOW.plus(Duration.ofDays(7)));
        refused(
                new Keys(),
                request,
                NOW.plus(Duration.ofDays(7)).plusSeconds(1),
                "AccessDenied",
                403,
                "Request has expired");
        var longer = signer.presign("GET", "h", "/b/k", null, Duration.ofDays(7).plusSeconds(1), NOW);
        refused(
                Request.of("GET", "/b/k", longer, Headers.of("host", "h"), NOTHING),
                "AuthorizationQueryParametersError",
                400,
                "X-Amz-Expires must be less than a week");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "AWS4-HMAC-SHA256 | AWS4-X | X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\"",
                "aws4_request | aws | Error parsing the X-Amz-Credential parameter; incorrect terminal \"aws\". This endpoint uses \"aws4_request\".",
                "%2F20260501%2F | %2Ftoday%2F | Error parsing the X-Amz-Credential parameter; incorrect date format \"today\". This date in the credential must be in the format \"yyyyMMdd\".",
                "%2F20260501%2F | %2F20260430%2F | Invalid credential date \"20260430\". This date is not the same as X-Amz-Date: \"20260501\".",
            })
    void a_link_of_s3_with_another_scope_is_refused_as_a_link(String part, String other, String message) {
        var link = new Signer(Keys.ID, Keys.SECRET, null, "us-east-1", "s3")
                .presign("GET", "h", "/b/k", null, Duration.ofDays(1), NOW);
        refused(
                Request.of("GET", "/b/k", link.replace(part, other), Headers.of("host", "h"), NOTHING),
                "AuthorizationQueryParametersError",
                400,
                message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "AWS4-HMAC-SHA256 | AWS4-X | InvalidArgument | Unsupported Authorization Type",
                "AWS4-HMAC-SHA256 Cred | AWS4-HMAC-SHA256Cred | InvalidArgument | Unsupported Authorization Type",
                "aws4_request | aws | AuthorizationHeaderMalformed | The authorization header is malformed; incorrect terminal \"aws\". This endpoint uses \"aws4_request\".",
                "/20260501/ | /today/ | AuthorizationHeaderMalformed | The authorization header is malformed; incorrect date format \"today\". This date in the credential must be in the format \"yyyyMMdd\".",
            })
    void a_header_that_s3_cannot_take_is_refused_in_its_words(String part, String other, String code, String message) {
        var signed = sign(Keys.ID, Keys.SECRET, null, "s3", dialect("s3"));
        var authorization = String.valueOf(signed.get("authorization"));
        refused(get(signed.with("authorization", authorization.replace(part, other))), code, 400, message);
    }

    @ParameterizedTest
    @CsvSource({
        "iam, MissingAuthenticationToken, 403",
        "logs, MissingAuthenticationTokenException, 400",
    })
    void no_signature_is_refused(String service, String code, int status) {
        var headers = service.equals("logs")
                ? dialect("logs")
                : dialect("iam").with("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        // Without a credential only the request's form tells the service.
        assertThatThrownBy(() -> verify(get(headers))).isInstanceOf(Refusal.class);
        assertThat(new Refusals(Dialect.of(get(headers), service)).unsigned().code())
                .isEqualTo(code);
        assertThat(new Refusals(Dialect.of(get(headers), service)).unsigned().statusCode())
                .isEqualTo(status);
    }

    @Test
    void the_scope_must_be_of_the_requests_day() {
        var signed = sign(Keys.ID, Keys.SECRET, null, "iam", dialect("iam"));
        var authorization = String.valueOf(signed.get("authorization"));
        refused(
                get(signed.with("authorization", authorization.replace("/20260501/", "/20260430/"))),
                "SignatureDoesNotMatch",
                403,
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
                        + "'20260430' != '20260501', from '20260501T120000Z'.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "AWS4-HMAC-SHA256",
                "AWS4-HMAC-SHA256 ",
                "AWS4-HMAC-SHA256 ,,,",
                "AWS4-HMAC-SHA256 Credential=a",
                "AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=x",
                "AWS4-HMAC-SHA256 Credential=a/20260501/r/iam/aws4_requesT/x, SignedHeaders=host, Signature=x",
                "AWS4-HMAC-SHA256 Credential= a/20260501/r/iam/aws4_request, SignedHeaders=host, Signature=x",
                "AWS4-HMAC-SHA256 Credential=a/20260501/r/iam/aws4_request, Credential=b/20260501/r/iam/aws4_request,"
                        + " SignedHeaders=host, Signature=x",
                "AWS4-ECDSA-P256-SHA256 Credential=a/20260501/iam/aws4_request, SignedHeaders=host, Signature=x",
                "Bearer abc",
                "=",
                ""
            })
    void an_authorization_that_cannot_be_read_is_refused(String authorization) {
        assertThatThrownBy(() -> verify(get(Headers.of(
                        "host",
                        "h",
                        "x-amz-date",
                        "20260501T120000Z",
                        "authorization",
                        authorization,
                        "x-amz-target",
                        "A.B"))))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        refusal -> assertThat(refusal.statusCode()).isBetween(400, 403));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"now", "20260501T120000", "2026-05-01T12:00:00Z", "20261301T120000Z", "20260501T126000Z", ""})
    void a_date_in_another_form_is_refused(String date) {
        var signed = sign(Keys.ID, Keys.SECRET, null, "iam", dialect("iam")).with("x-amz-date", date);
        refused(
                get(signed),
                "IncompleteSignature",
                400,
                "Date must be in ISO-8601 'basic format'. Got '" + date + "'.");
    }

    @ParameterizedTest
    @CsvSource({
        "now, AccessDenied, AWS authentication requires a valid Date or x-amz-date header",
        "'', AccessDenied, AWS authentication requires a valid Date or x-amz-date header",
        "19500707T215304Z, AccessDenied, AWS authentication requires a valid Date or x-amz-date header",
        "20100707T215304Z, RequestTimeTooSkewed, The difference between the request time and the current time is too",
        "20300707T215304Z, RequestTimeTooSkewed, The difference between the request time and the current time is too",
        "99990707T215304Z, RequestTimeTooSkewed, The difference between the request time and the current time is too"
    })
    void s3_refuses_a_date_that_is_none_or_far_whatever_the_scope(String date, String code, String message) {
        var signed = sign(Keys.ID, Keys.SECRET, null, "s3", dialect("s3"));
        refused(get(signed.with("x-amz-date", date)), code, 403, message);
    }

    @Test
    void s3_wants_a_date() {
        var signed = sign(Keys.ID, Keys.SECRET, null, "s3", dialect("s3")).with("x-amz-date", null);
        refused(get(signed), "AccessDenied", 403, "AWS authentication requires a valid Date or x-amz-date header");
    }

    @Test
    void an_empty_authorization_claims_nothing() {
        assertThat(Verifier.unsigned(get(Headers.of("host", "h", "authorization", ""))))
                .isTrue();
        assertThat(Verifier.unsigned(get(Headers.of("host", "h", "authorization", "AWS x:y"))))
                .isFalse();
    }

    @Test
    void s3_tells_all_headers_of_a_link_that_were_not_signed() {
        var link = new Signer(Keys.ID, Keys.SECRET, null, "us-east-1", "s3")
                .presign("PUT", "localhost", "/b/k", null, Duration.ofMinutes(1), NOW);
        var headers =
                Headers.of("host", "localhost", "x-amz-decoded-content-length", "1", "x-amz-date", AmzDate.format(NOW));
        assertThatThrownBy(() -> verify(Request.of("PUT", "/b/k", link, headers, NOTHING)))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        refusal -> assertThat(refusal.details())
                                .containsEntry("HeadersNotSigned", "x-amz-date, x-amz-decoded-content-length"));
    }

    @Test
    void what_is_no_region_is_refused_by_s3_with_the_one_it_expects() {
        var signed = new Signer(Keys.ID, Keys.SECRET, null, "aws-global", "s3")
                .sign("GET", "/", null, dialect("s3"), NOTHING, NOW);
        refused(
                get(signed),
                "AuthorizationHeaderMalformed",
                400,
                "The authorization header is malformed; the region 'aws-global' is wrong; expecting 'us-east-1'");
    }

    @Test
    void the_host_must_be_signed() {
        var headers = Headers.of("x-amz-date", AmzDate.format(NOW));
        var signed = new Signer(Keys.ID, Keys.SECRET, null, "us-east-1", "iam")
                .withSignature("GET", "/", null, headers, Hash.OF_NOTHING, NOW)
                .with("host", "h");
        refused(
                Request.of("GET", "/", null, signed, NOTHING),
                "SignatureDoesNotMatch",
                403,
                "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
    }

    @Test
    void a_header_that_says_what_to_do_must_be_signed() {
        var signed = sign(Keys.ID, Keys.SECRET, null, "logs", Headers.of("host", "h"));
        refused(
                get(signed.with("x-amz-target", "Logs_20140328.DeleteLogGroup")),
                "InvalidSignatureException",
                400,
                "'x-amz-target' must be a 'SignedHeader'");
    }

    @Test
    void the_host_may_be_signed_without_its_port() throws Exception {
        var signed = sign(Keys.ID, Keys.SECRET, null, "lambda", Headers.of("host", "localhost"));
        verify(get(signed.with("host", "localhost:4566")));
    }

    @Test
    void a_service_acts_on_the_path_that_was_signed() throws Exception {
        var signer = new Signer(Keys.ID, Keys.SECRET, null, "us-east-1", "lambda");
        var headers = signer.sign("GET", "/a/c", null, Headers.of("host", "h"), NOTHING, NOW);
        assertThat(verify(Request.of("GET", "/a/b/..//c", null, headers, NOTHING))
                        .request()
                        .path())
                .isEqualTo("/a/c");
    }

    @Test
    void the_http_date_serves_where_the_other_is_missing() throws Exception {
        var signer = new Signer(Keys.ID, Keys.SECRET, null, "us-east-1", "lambda");
        var headers = Headers.of("host", "h", "date", "Fri, 1 May 2026 12:00:00 GMT");
        verify(get(signer.withSignature("GET", "/", null, headers, Hash.OF_NOTHING, NOW)));
    }
}
