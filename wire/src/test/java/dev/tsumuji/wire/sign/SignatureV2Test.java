package dev.tsumuji.wire.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tsumuji.kernel.call.Credential;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.wire.Keys;
import dev.tsumuji.wire.http.Headers;
import dev.tsumuji.wire.http.Request;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The examples of AWS's own documentation of the older signature. */
class SignatureV2Test {
    private static final String ID = "AKIAIOSFODNN7EXAMPLE";
    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    private static Verified verify(String now, String method, String path, String query, String... headers)
            throws IOException {
        var keys = new Keys().with(new Credential(ID, SECRET, null, new Principal.Root("000000000000"), null));
        var verifier = new Verifier(keys, InstantSource.fixed(Instant.parse(now)), 1 << 20);
        return verifier.verify(Request.of(method, path, query, Headers.of(headers), new byte[0]));
    }

    @Test
    void a_get_of_an_object_is_signed_with_its_bucket() throws IOException {
        var verified = verify(
                "2007-03-27T19:36:42Z",
                "GET",
                "/photos/puppy.jpg",
                null,
                "Host",
                "awsexamplebucket1.s3.us-west-1.amazonaws.com",
                "Date",
                "Tue, 27 Mar 2007 19:36:42 +0000",
                "Authorization",
                "AWS " + ID + ":"
                        + SignatureV2.mac(
                                SECRET,
                                "GET\n\n\nTue, 27 Mar 2007 19:36:42 +0000\n/awsexamplebucket1/photos/puppy.jpg"));
        assertThat(verified.credential().accessKeyId()).isEqualTo(ID);
        assertThat(verified.scope().service()).isEqualTo("s3");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Mon, 27 Mar 2007 19:36:42 GMT | SignatureDoesNotMatch", // a Tuesday, and no matter
                "Wed, 07 Jul 2010 21:53:04 GMT | RequestTimeTooSkewed",
                "Tue, 07 Jul 2010 21:53:04 GMT | RequestTimeTooSkewed",
                "Tue, 07 Jul 9999 21:53:04 GMT | RequestTimeTooSkewed",
                "Tue, 07 Jul 1950 21:53:04 GMT | AccessDenied",
                "Bad Date | AccessDenied",
                "'' | AccessDenied"
            })
    void a_date_that_is_none_or_far_is_refused(String date, String code) {
        assertThatThrownBy(() -> verify(
                        "2007-03-27T19:36:42Z",
                        "GET",
                        "/b/k",
                        null,
                        "host",
                        "127.0.0.1:4566",
                        "date",
                        date,
                        "authorization",
                        "AWS " + ID + ":guess"))
                .isInstanceOfSatisfying(Refusal.class, refusal -> {
                    assertThat(refusal.code()).isEqualTo(code);
                    assertThat(refusal.statusCode()).isEqualTo(403);
                });
    }

    @Test
    void headers_and_subresources_are_signed() throws IOException {
        var text = "PUT\n4gJE4saaMU4BqNR0kLY+lw==\napplication/x-download\n\n"
                + "x-amz-date:Tue, 27 Mar 2007 21:06:08 +0000\nx-amz-meta-reviewedby:joe@johnsmith.net,jane@johnsmith.net\n"
                + "/bucket/db-backup.dat.gz?acl&versionId=a b";
        var verified = verify(
                "2007-03-27T21:06:08Z",
                "PUT",
                "/bucket/db-backup.dat.gz",
                "versionId=a%20b&acl&prefix=x",
                "host",
                "127.0.0.1:4566",
                "date",
                "Tue, 27 Mar 2007 21:06:08 +0000",
                "x-amz-date",
                "Tue, 27 Mar 2007 21:06:08 +0000",
                "content-type",
                "application/x-download",
                "content-md5",
                "4gJE4saaMU4BqNR0kLY+lw==",
                "X-Amz-Meta-ReviewedBy",
                "joe@johnsmith.net",
                "X-Amz-Meta-ReviewedBy",
                "jane@johnsmith.net",
                "authorization",
                "AWS " + ID + ":" + SignatureV2.mac(SECRET, text));
        assertThat(verified.request().path()).isEqualTo("/bucket/db-backup.dat.gz");
    }

    @Test
    void a_link_holds_until_it_expires_and_for_nothing_else() throws IOException {
        // the signature that AWS's documentation computes for this link
        var signature =
                Uri.encode(SignatureV2.mac(SECRET, "GET\n\n\n1175139620\n/awsexamplebucket1/photos/puppy.jpg"), false);
        var query = "AWSAccessKeyId=" + ID + "&Expires=1175139620&Signature=" + signature;
        var host = "awsexamplebucket1.s3.us-west-1.amazonaws.com";
        assertThat(verify("2007-03-29T03:00:00Z", "GET", "/photos/puppy.jpg", query, "host", host)
                        .scope()
                        .region())
                .isEqualTo("us-west-1");
        refused("2007-03-29T04:00:00Z", "/photos/puppy.jpg", query, "AccessDenied", "Request has expired");
        var mismatch =
                "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
        refused("2007-03-29T03:00:00Z", "/photos/other.jpg", query, "SignatureDoesNotMatch", mismatch);
        refused("2007-03-29T03:00:00Z", "/photos/puppy.jpg", "acl&" + query, "SignatureDoesNotMatch", mismatch);
        refused(
                "2007-03-29T03:00:00Z",
                "/photos/puppy.jpg",
                "AWSAccessKeyId=" + ID,
                "AccessDenied",
                "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters");
    }

    private static void refused(String now, String path, String query, String code, String message) {
        assertThatThrownBy(
                        () -> verify(now, "GET", path, query, "host", "awsexamplebucket1.s3.us-west-1.amazonaws.com"))
                .isInstanceOfSatisfying(Refusal.class, e -> {
                    assertThat(e.code()).isEqualTo(code);
                    assertThat(e.awsErrorDetails().errorMessage()).isEqualTo(message);
                });
    }
}
