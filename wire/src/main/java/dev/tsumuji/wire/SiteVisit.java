package dev.tsumuji.wire;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.site.Visit;
import dev.tsumuji.wire.http.Reply;
import dev.tsumuji.wire.http.Request;
import dev.tsumuji.wire.sign.Verified;
import dev.tsumuji.wire.sign.Verifier;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A request at the front door, as a site sees it. Used by the thread that handles the request. */
final class SiteVisit implements Visit {
    private final Reply reply;
    private final Verifier verifier;
    private final Call anonymous;
    private final Function<Verified, Call> calls;
    private Request request;

    /** @param calls makes the call of a verified request */
    SiteVisit(Request request, Reply reply, Verifier verifier, Call anonymous, Function<Verified, Call> calls) {
        this.request = request;
        this.reply = reply;
        this.verifier = verifier;
        this.anonymous = anonymous;
        this.calls = calls;
    }

    @Override
    public String method() {
        return request.method();
    }

    @Override
    public String host() {
        return request.host();
    }

    @Override
    public String path() {
        return request.path();
    }

    @Override
    public @Nullable String query() {
        return request.query();
    }

    @Override
    public Map<String, List<String>> headers() {
        var headers = new LinkedHashMap<String, List<String>>();
        request.headers()
                .forEach((name, value) ->
                        headers.computeIfAbsent(name, n -> new ArrayList<>(1)).add(value));
        return headers;
    }

    @Override
    public String remoteAddress() {
        return request.remoteAddress();
    }

    @Override
    public boolean secure() {
        return request.secure();
    }

    @Override
    public String requestId() {
        return anonymous.requestId();
    }

    @Override
    public long bodyLength() {
        return request.bodyLength();
    }

    @Override
    public InputStream body() {
        return request.body();
    }

    @Override
    public Call anonymous() {
        return anonymous;
    }

    @Override
    public Call signedFor(String service) throws IOException {
        var verified = verifier.verify(request);
        verifier.checkService(verified, service);
        // the path stays as it was sent: a site decodes it by rules of its own
        request = request.withHeaders(verified.request().headers())
                .withBody(verified.request().bodyLength(), verified.request().body());
        return calls.apply(verified);
    }

    @Override
    public void header(String name, String value) {
        reply.header(name, value);
    }

    @Override
    public void send(int status, byte[] body) {
        reply.send(status, body);
    }

    @Override
    public OutputStream stream(int status, long length) {
        return reply.stream(status, length);
    }
}
