package dev.tsumuji.wire;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.Credentials;
import dev.tsumuji.kernel.call.EventLoop;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.call.TraceHeader;
import dev.tsumuji.kernel.cloud.Failures;
import dev.tsumuji.kernel.cloud.Gate;
import dev.tsumuji.kernel.cloud.Service;
import dev.tsumuji.kernel.site.Site;
import dev.tsumuji.kernel.time.Ids;
import dev.tsumuji.wire.catalog.Catalog;
import dev.tsumuji.wire.form.FormReply;
import dev.tsumuji.wire.form.PostForm;
import dev.tsumuji.wire.http.BucketHost;
import dev.tsumuji.wire.http.EventLoops;
import dev.tsumuji.wire.http.HttpLimits;
import dev.tsumuji.wire.http.HttpServer;
import dev.tsumuji.wire.http.Reply;
import dev.tsumuji.wire.http.Request;
import dev.tsumuji.wire.protocol.Dispatch;
import dev.tsumuji.wire.sign.Verified;
import dev.tsumuji.wire.sign.Verifier;
import dev.tsumuji.wire.tls.ServerCertificates;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/**
 * The one way in: verifies each request's signature, makes the {@link Call} it runs under, and hands both on. Of what is
 * unsigned only requests to S3 reach a service, as nobody's. Thread-safe.
 */
public final class FrontDoor implements AutoCloseable {
    private static final String OWN_SERVICE = "tsumuji";

    /**
     * @param port 0 for any free one
     * @param bodySizeMaxBytes of a body that is read as a whole; streamed ones have no limit here
     */
    public record Settings(String host, int port, HttpLimits limits, long bodySizeMaxBytes) {
        /** Lambda's largest request, {@code CreateFunction} with a zip file, is 70,167,211 bytes. */
        public static final long BODY_SIZE_USUAL = 72L << 20;

        public static Settings usual(String host, int port) {
            return new Settings(host, port, HttpLimits.USUAL, BODY_SIZE_USUAL);
        }
    }

    /** What stands behind the door. */
    interface Inside {
        /** The signing name of the service that the request itself names, by a target for instance; null when none. */
        @Nullable
        String namedService(Request request);

        void serve(Request request, Call call, Reply reply) throws IOException;

        void refuse(Request request, String requestId, AwsServiceException error, Reply reply);

        /** Answers a browser's question whether a page of another origin may use a bucket. */
        void preflight(Request request, String requestId, Reply reply);
    }

    private final Inside inside;
    private final Verifier verifier;
    private final InstantSource clock;
    private final Ids ids;
    private final Map<String, Page> pages;
    private final List<Site> sites;
    private final HttpServer server;

    private FrontDoor(
            EventLoops loops,
            Settings settings,
            Inside inside,
            Credentials credentials,
            InstantSource clock,
            Ids ids,
            Map<String, Page> pages,
            List<Site> sites)
            throws IOException {
        this.inside = inside;
        this.verifier = new Verifier(credentials, clock, settings.bodySizeMaxBytes());
        this.clock = clock;
        this.ids = ids;
        this.pages = Map.copyOf(pages);
        this.sites = List.copyOf(sites);
        this.server = HttpServer.start(loops, settings.host(), settings.port(), settings.limits(), clock, this::handle);
    }

    /**
     * Opens the door; returns when requests are accepted.
     *
     * @param loops outlive the door
     * @param pages by path; one whose path ends with a slash answers for everything below it
     * @param sites asked in this order, before AWS's APIs
     * @throws IOException when the address can't be listened on
     */
    public static FrontDoor start(
            EventLoops loops,
            Settings settings,
            List<Service> services,
            Gate gate,
            Credentials credentials,
            InstantSource clock,
            Ids ids,
            Map<String, Page> pages,
            List<Site> sites)
            throws IOException {
        var dispatch = new Dispatch(Catalog.load(), services, gate);
        return start(loops, settings, inside(dispatch), credentials, clock, ids, pages, sites);
    }

    private static Inside inside(Dispatch dispatch) {
        return new Inside() {
            @Override
            public @Nullable String namedService(Request request) {
                return dispatch.namedService(request);
            }

            @Override
            public void serve(Request request, Call call, Reply reply) {
                dispatch.serve(request, call, reply);
            }

            @Override
            public void refuse(Request request, String requestId, AwsServiceException error, Reply reply) {
                dispatch.refuse(request, requestId, error, reply);
            }

            @Override
            public void preflight(Request request, String requestId, Reply reply) {
                dispatch.preflight(request, requestId, reply);
            }
        };
    }

    static FrontDoor start(
            EventLoops loops,
            Settings settings,
            Inside inside,
            Credentials credentials,
            InstantSource clock,
            Ids ids,
            Map<String, Page> pages,
            List<Site> sites)
            throws IOException {
        return new FrontDoor(loops, settings, inside, credentials, clock, ids, pages, sites);
    }

    public int port() {
        return server.port();
    }

    /**
     * Opens the door for TLS as well.
     *
     * @param port 0 for any free one
     * @return the port
     * @throws IOException when the address can't be listened on
     */
    public int listenSecurely(String host, int port, ServerCertificates certificates) throws IOException {
        return server.listenSecurely(host, port, certificates);
    }

    /**
     * Stops accepting and lets what has begun finish.
     *
     * @return false when something took longer than {@code patience} and was cut off
     */
    public boolean drain(Duration patience) throws InterruptedException {
        return server.drain(patience);
    }

    @Override
    public void close() {
        server.close();
    }

    private void handle(Request request, Reply reply) throws IOException {
        var path = request.path();
        var site = site(request);
        if (site != null) {
            EventLoop.leave();
            visit(site, request, reply);
            return;
        }
        var own = (path.startsWith("/_tsumuji/") || path.startsWith("/_localstack/"))
                && BucketHost.of(request.host()).bucket() == null;
        var page = own ? page(path) : null;
        var service = Verifier.claimedService(request);
        boolean s3 = !own && service.equals("s3");
        boolean unsigned = s3 && Verifier.unsigned(request);
        var requestId = s3 ? ids.base32(16) : ids.uuid();
        if (own || unsigned) {
            // only AWS's own operations say that they are prompt
            EventLoop.leave();
        }
        try {
            if (page != null && page.admits(request)) {
                page.answer(request, nobody(request, requestId), reply);
                return;
            }
            if (!own && ApiCors.asks(request)) {
                ApiCors.answer(request, requestId, reply);
                return;
            }
            if (unsigned) {
                unsigned(request, requestId, reply);
                return;
            }
            if (!own && !s3) {
                ApiCors.allow(request, reply);
            }
            var verified = verifier.verify(request);
            var call = call(verified, requestId);
            if (own) {
                own(verified, call, reply);
            } else {
                verifier.checkService(verified, inside.namedService(verified.request()));
                TraceHeader.during(
                        request.header("x-amzn-trace-id"), () -> inside.serve(verified.request(), call, reply));
            }
        } catch (AwsServiceException e) {
            if (reply.started()) {
                throw e;
            }
            inside.refuse(request, requestId, e, reply);
        }
    }

    /**
     * S3 lets nobody in as it lets everybody in: the bucket's policy and access control lists decide. A form is signed
     * inside.
     */
    private void unsigned(Request request, String requestId, Reply reply) throws IOException {
        if (request.method().equals("OPTIONS")) {
            inside.preflight(request, requestId, reply);
        } else if (PostForm.isFor(request)) {
            var form = PostForm.read(request);
            var signer = verifier.verifyForm(request, form.fields());
            var put = form.asPut(signer != null, clock.instant());
            var call = signer == null ? nobody(request, requestId) : call(signer, requestId);
            inside.serve(put, call, new FormReply(reply, put, form));
        } else {
            inside.serve(Verifier.unsignedBody(request), nobody(request, requestId), reply);
        }
    }

    private @Nullable Site site(Request request) {
        if (sites.isEmpty()) {
            return null;
        }
        var host = hostName(request.host());
        for (var site : sites) {
            if (site.has(host, request.path())) {
                return site;
            }
        }
        return null;
    }

    private static String hostName(String host) {
        int colon = host.lastIndexOf(':');
        var name = colon < 0 || host.endsWith("]") ? host : host.substring(0, colon);
        return name.toLowerCase(Locale.ROOT);
    }

    private void visit(Site site, Request request, Reply reply) throws IOException {
        var requestId = ids.uuid();
        try {
            var visit = new SiteVisit(
                    request, reply, verifier, nobody(request, requestId), verified -> call(verified, requestId));
            TraceHeader.during(request.header("x-amzn-trace-id"), () -> site.answer(visit));
        } catch (AwsServiceException e) {
            if (reply.started()) {
                throw e;
            }
            inside.refuse(request, requestId, e, reply);
        }
    }

    private Call call(Verified verified, String requestId) {
        var request = verified.request();
        var credential = verified.credential();
        var userAgent = request.header("user-agent");
        var now = clock.instant();
        boolean s3 = verified.scope().service().equals("s3");
        return new Call(
                credential.principal().account(),
                verified.scope().region(),
                credential.principal(),
                credential.session(),
                credential.accessKeyId(),
                requestId,
                request.remoteAddress(),
                userAgent == null ? "" : userAgent,
                now,
                request.secure(),
                RequestFacts.of(request, s3, verified.mechanism(), now));
    }

    private Call nobody(Request request, String requestId) {
        var userAgent = request.header("user-agent");
        var region = BucketHost.of(request.host()).region();
        var now = clock.instant();
        return new Call(
                "",
                region == null ? "" : region,
                new Principal.Anonymous(),
                null,
                null,
                requestId,
                request.remoteAddress(),
                userAgent == null ? "" : userAgent,
                now,
                request.secure(),
                RequestFacts.of(request, true, null, now));
    }

    private void own(Verified verified, Call call, Reply reply) throws IOException {
        var request = verified.request();
        verifier.checkService(verified, OWN_SERVICE);
        var page = page(request.path());
        if (page == null) {
            throw notFound(request);
        }
        if (page.rootOnly() && !(call.principal() instanceof Principal.Root)) {
            throw Failures.of(
                    "AccessDeniedException",
                    403,
                    call.principal().arn() + " may not see " + request.path() + "; only an account's owner may");
        }
        page.answer(request, call, reply);
    }

    private static AwsServiceException notFound(Request request) {
        return Failures.of("ResourceNotFoundException", 404, "There is no page " + request.path());
    }

    /** The page of exactly this path, else of the longest folder that is listed with a slash at its end. */
    private @Nullable Page page(String path) {
        var exact = pages.get(path);
        for (int slash = path.lastIndexOf('/'); exact == null && slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
            exact = pages.get(path.substring(0, slash + 1));
        }
        return exact;
    }
}
