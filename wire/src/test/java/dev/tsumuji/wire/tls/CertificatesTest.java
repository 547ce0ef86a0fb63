package dev.tsumuji.wire.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tsumuji.wire.http.EventLoops;
import dev.tsumuji.wire.http.HttpLimits;
import dev.tsumuji.wire.http.HttpServer;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class CertificatesTest {
    @TempDir
    Path folder;

    private CertificateAuthority authority;
    private ServerCertificates certificates;
    private HttpServer server;
    private int port;

    private final EventLoops loops = new EventLoops();

    @BeforeEach
    void open() throws IOException {
        authority = CertificateAuthority.open(folder, InstantSource.system());
        certificates = new ServerCertificates(authority, new ServerNames(Set.of("10.1.2.3")), InstantSource.system());
        var limits = new HttpLimits(
                10, 65_536, 32_768, 16, Duration.ofMillis(700), Duration.ofSeconds(2), 1_024, Duration.ofMillis(700));
        server = HttpServer.start(
                loops,
                "127.0.0.1",
                0,
                limits,
                InstantSource.system(),
                (request, reply) ->
                        reply.send(200, (request.host() + " " + request.secure()).getBytes(StandardCharsets.UTF_8)));
        port = server.listenSecurely("127.0.0.1", 0, certificates);
    }

    @AfterEach
    void close() {
        server.close();
        loops.close();
    }

    private static SSLContext trusting(X509Certificate certificate) {
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("authority", certificate);
            var trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(store);
            var context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Connects as to a host of this name, which the certificate must prove. */
    private SSLSocket connect(String name) throws IOException {
        var plain = new Socket("127.0.0.1", port);
        plain.setSoTimeout(5_000);
        var factory = trusting(authority.certificate()).getSocketFactory();
        var socket = (SSLSocket) factory.createSocket(plain, name, 443, true);
        var parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private static String ask(SSLSocket socket, String host) throws IOException {
        socket.getOutputStream()
                .write(("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sts.amazonaws.com",
                "dynamodb.eu-central-1.amazonaws.com",
                "my.bucket.with.dots.s3.dualstack.eu-central-1.amazonaws.com",
                "abc123.execute-api.eu-west-1.amazonaws.com",
                "s3.cn-north-1.amazonaws.com.cn",
                "lambda.eu-west-1.api.aws",
                "abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-central-1.on.aws",
                "a-long-label-that-makes-the-name-longer-than-a-common-name-is.s3.eu-central-1.amazonaws.com",
                "localhost",
                "bucket.localhost"
            })
    void a_name_of_aws_is_proved_by_a_certificate_made_for_it(String name) throws IOException {
        try (var socket = connect(name)) {
            assertThat(ask(socket, name)).endsWith("\r\n\r\n" + name + " true");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "example.com",
                "amazonaws.com",
                "amazonaws.com.evil.org",
                "evilamazonaws.com",
                "www.google.com",
                "on.aws",
                "a.b.c.d.e.f.g.h.i.amazonaws.com"
            })
    void no_certificate_is_made_for_any_other_name(String name) {
        assertThatThrownBy(() -> connect(name).close())
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("unrecognized_name");
        assertThat(certificates.kept()).isZero();
    }

    @Test
    void a_client_that_names_no_host_gets_the_certificate_of_this_machine() throws Exception {
        try (var socket = connect("127.0.0.1")) {
            assertThat(ask(socket, "127.0.0.1")).contains("127.0.0.1 true");
            var leaf = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            assertThat(leaf.getSubjectAlternativeNames().toString())
                    .contains("[2, localhost]", "[7, 127.0.0.1]", "[7, 10.1.2.3]");
        }
    }

    @Test
    void another_authority_is_not_believed() throws IOException {
        var other = CertificateAuthority.open(folder.resolve("other"), InstantSource.system());
        var plain = new Socket("127.0.0.1", port);
        var factory = trusting(other.certificate()).getSocketFactory();
        try (var socket = (SSLSocket) factory.createSocket(plain, "sts.amazonaws.com", 443, true)) {
            assertThatThrownBy(socket::startHandshake).hasRootCauseInstanceOf(Exception.class);
        }
    }

    @Test
    void http2_is_spoken_when_the_client_offers_it() throws Exception {
        try (var client = HttpClient.newBuilder()
                .sslContext(trusting(authority.certificate()))
                .version(HttpClient.Version.HTTP_2)
                .build()) {
            var answer = client.send(
                    HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(answer.body()).isEqualTo("localhost:" + port + " true");
        }
    }

    @Test
    void an_authority_lasts_ten_years_over_restarts_and_its_key_is_its_owners() throws Exception {
        var again = CertificateAuthority.open(folder, InstantSource.system());
        assertThat(again.certificate()).isEqualTo(authority.certificate());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("authority.key"))))
                .isEqualTo("rw-------");
        assertThat(Files.readString(authority.file())).doesNotContain("PRIVATE");
        assertThat(authority.certificate().getNotAfter().toInstant())
                .isAfter(Instant.now().plus(Duration.ofDays(3_600)));
        authority.certificate().verify(authority.certificate().getPublicKey());
        assertThat(authority.certificate().getBasicConstraints()).isGreaterThanOrEqualTo(0);
        Files.delete(authority.file());
        assertThat(CertificateAuthority.open(folder, InstantSource.system()).file())
                .exists();
        Files.writeString(folder.resolve("authority.key"), "rubbish");
        assertThatThrownBy(() -> CertificateAuthority.open(folder, InstantSource.system()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is damaged");
    }

    @Test
    void an_authority_whose_time_is_over_is_replaced() throws IOException {
        var later = InstantSource.fixed(Instant.now().plus(Duration.ofDays(4_000)));
        assertThat(CertificateAuthority.open(folder, later).certificate()).isNotEqualTo(authority.certificate());
    }

    @Test
    void certificates_are_kept_until_they_are_old_and_not_more_than_fit() {
        var first = certificates.certificate("sts.amazonaws.com");
        assertThat(certificates.certificate("sts.amazonaws.com")).isSameAs(first);
        for (int i = 0; i < 600; i++) {
            certificates.certificate("b" + i + ".s3.amazonaws.com");
        }
        assertThat(certificates.kept()).isEqualTo(512);
        assertThat(certificates.certificate("sts.amazonaws.com")).isNotSameAs(first);
        var now = new Instant[] {Instant.now()};
        var aging = new ServerCertificates(authority, new ServerNames(Set.of()), () -> now[0]);
        var young = aging.certificate("sts.amazonaws.com");
        now[0] = now[0].plus(Duration.ofDays(61));
        assertThat(aging.certificate("sts.amazonaws.com")).isNotSameAs(young);
    }

    @Test
    void openssl_believes_the_chain_when_it_is_strict() throws Exception {
        var leaf = folder.resolve("leaf.pem");
        var encoder = java.util.Base64.getMimeEncoder(64, new byte[] {'\n'});
        Files.writeString(
                leaf,
                "-----BEGIN CERTIFICATE-----\n"
                        + encoder.encodeToString(
                                certificates.certificate("s3.amazonaws.com").getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
        var command = List.of(
                "openssl",
                "verify",
                "-x509_strict",
                "-purpose",
                "sslserver",
                "-verify_hostname",
                "s3.amazonaws.com",
                "-CAfile",
                authority.file().toString(),
                leaf.toString());
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            org.junit.jupiter.api.Assumptions.abort("skipped: there is no openssl here");
            return;
        }
        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .endsWith(": OK\n");
        assertThat(process.waitFor(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void what_is_not_tls_ends_its_connection_and_no_other() throws IOException {
        var garbage = List.of(
                "GET / HTTP/1.1\r\nHost: sts.amazonaws.com\r\n\r\n",
                "\u0016\u0003\u0001\u00ff\u00ff" + "\u0000".repeat(400),
                "\u0016\u0003\u0001\u0000\u0005\u0001\u0000\u0000\u0001\u0003",
                "\u0080\u0080\u0001\u0003",
                "\u0000".repeat(70_000));
        var silent = new ArrayList<Socket>();
        for (int i = 0; i < 3; i++) {
            silent.add(new Socket("127.0.0.1", port));
        }
        for (var text : garbage) {
            try (var socket = new Socket("127.0.0.1", port)) {
                socket.setSoTimeout(5_000);
                try {
                    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
                    var answer = socket.getInputStream().readAllBytes();
                    assertThat(new String(answer, StandardCharsets.ISO_8859_1)).doesNotContain("HTTP/1.1 200");
                } catch (java.net.SocketException e) {
                    assertThat(e).hasMessageMatching("(?s).*(reset|pipe|abort).*");
                }
            }
        }
        for (var socket : silent) {
            socket.setSoTimeout(5_000);
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
            socket.close();
        }
        try (var socket = connect("sts.amazonaws.com")) {
            assertThat(ask(socket, "sts.amazonaws.com")).contains(" 200 ");
        }
    }
}
