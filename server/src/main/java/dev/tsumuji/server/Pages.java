package dev.tsumuji.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.tsumuji.iam.Accounts;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.cloud.Failures;
import dev.tsumuji.kernel.cloud.Service;
import dev.tsumuji.lambda.LambdaService;
import dev.tsumuji.wire.Page;
import dev.tsumuji.wire.http.Reply;
import dev.tsumuji.wire.http.Request;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The platform's own pages, all JSON:
 *
 * <pre>
 * GET  /_localstack/health        open; for tools that wait until a platform is ready
 * GET  /_tsumuji/status           what runs here
 * GET  /_tsumuji/why/REQUEST_ID   the audit record of one call with every decision
 * GET  /_tsumuji/code/TOKEN       open; a function's package
 * GET  /_tsumuji/accounts         all accounts
 * POST /_tsumuji/accounts         {"name": …, "rootKey": "ID:SECRET"?} makes one
 * </pre>
 */
final class Pages {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int BODY_SIZE_MAX = 4096;

    private final Platform platform;
    private final List<Service> services;
    private final Accounts accounts;
    private final AuditLog audit;
    private final LambdaService lambda;

    Pages(Platform platform, List<Service> services, Accounts accounts, AuditLog audit, LambdaService lambda) {
        this.platform = platform;
        this.services = services;
        this.accounts = accounts;
        this.audit = audit;
        this.lambda = lambda;
    }

    Map<String, Page> byPath() {
        return Map.of(
                "/_localstack/health",
                Page.open(this::health),
                "/_tsumuji/status",
                this::status,
                "/_tsumuji/why/",
                this::why,
                "/_tsumuji/accounts",
                this::accounts,
                LambdaService.DOWNLOADS,
                Page.open(this::download));
    }

    /** A function's package behind the link that {@code GetFunction} gave out; the link itself is the permission. */
    private void download(Request request, Call call, Reply reply) throws IOException {
        var token = request.path().substring(LambdaService.DOWNLOADS.length());
        var zip = lambda.download(token).orElseThrow(() -> Failures.of("AccessDenied", 403, "Request has expired"));
        reply.header("Content-Type", "application/zip");
        try (zip;
                var out = reply.stream(200, -1)) {
            zip.transferTo(out);
        }
    }

    private void health(Request request, Call call, Reply reply) throws IOException {
        answer(reply, json -> {
            json.writeObjectFieldStart("services");
            for (var service : services) {
                json.writeStringField(service.name(), "running");
            }
            json.writeEndObject();
            json.writeStringField("edition", "tsumuji");
            json.writeStringField("version", version());
        });
    }

    private void status(Request request, Call call, Reply reply) throws IOException {
        answer(reply, json -> {
            json.writeStringField("version", version());
            json.writeNumberField("pid", ProcessHandle.current().pid());
            json.writeNumberField(
                    "uptimeMillis", ManagementFactory.getRuntimeMXBean().getUptime());
            json.writeStringField("url", platform.url());
            json.writeStringField("region", platform.region());
            json.writeStringField("account", call.account());
            json.writeStringField("isolation", platform.isolation());
            json.writeObjectFieldStart("programs");
            for (var program : platform.programs().entrySet()) {
                json.writeStringField(program.getKey(), program.getValue());
            }
            json.writeEndObject();
            json.writeArrayFieldStart("services");
            for (var service : services) {
                json.writeString(service.name());
            }
            json.writeEndArray();
            json.writeNumberField("functions", platform.functions(call.account()));
            json.writeNumberField("sandboxes", platform.instances());
            json.writeNumberField("stems", platform.waiting());
        });
    }

    /** An account's owner sees the calls of that account only. */
    private void why(Request request, Call call, Reply reply) throws IOException {
        var requestId = request.path().substring("/_tsumuji/why/".length());
        var record = audit.find(requestId)
                .filter(line -> line.contains("\"account\":\"" + call.account() + "\""))
                .orElseThrow(() -> Failures.of(
                        "ResourceNotFoundException",
                        404,
                        "No call with the request id " + requestId + " is on record in account " + call.account()));
        reply.header("Content-Type", "application/json");
        reply.send(200, record.getBytes(StandardCharsets.UTF_8));
    }

    private void accounts(Request request, Call call, Reply reply) throws IOException {
        if (!call.account().equals(Accounts.FIRST)) {
            throw Failures.of("AccessDeniedException", 403, "Only account " + Accounts.FIRST + " sees all accounts");
        }
        if (request.method().equals("GET")) {
            answer(reply, json -> {
                json.writeArrayFieldStart("accounts");
                for (var account : accounts.list()) {
                    json.writeStartObject();
                    json.writeStringField("account", account.number());
                    json.writeStringField("name", account.name());
                    json.writeStringField("accessKeyId", account.rootKeyId());
                    json.writeEndObject();
                }
                json.writeEndArray();
            });
            return;
        }
        create(request, reply);
    }

    private void create(Request request, Reply reply) throws IOException {
        var wanted = strings(request);
        var name = wanted.get("name");
        if (name == null) {
            throw Failures.of("ValidationException", 400, "An account needs a name");
        }
        var key = wanted.get("rootKey");
        try {
            var made = accounts.create(name, key == null ? null : Platform.rootKey(key));
            answer(reply, json -> {
                json.writeStringField("account", made.number());
                json.writeStringField("name", made.name());
                json.writeStringField("accessKeyId", made.rootKey().id());
                json.writeStringField("secretAccessKey", made.rootKey().secret());
            });
        } catch (IllegalArgumentException e) {
            throw Failures.of("ValidationException", 400, String.valueOf(e.getMessage()));
        }
    }

    private static String version() {
        var version = Pages.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** What stands in an answer's object. */
    private interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    private static void answer(Reply reply, Body body) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            body.write(json);
            json.writeEndObject();
        }
        reply.header("Content-Type", "application/json");
        reply.send(200, bytes.toByteArray());
    }

    /** The string members of a small JSON object. */
    private static Map<String, @Nullable String> strings(Request request) throws IOException {
        var body = request.body().readNBytes(BODY_SIZE_MAX + 1);
        var members = new HashMap<String, @Nullable String>();
        try (JsonParser json = JSON.createParser(body)) {
            if (body.length > BODY_SIZE_MAX || json.nextToken() != JsonToken.START_OBJECT) {
                throw Failures.of("SerializationException", 400, "A small JSON object is expected");
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                var name = json.currentName();
                json.nextToken();
                members.put(name, json.getValueAsString());
                json.skipChildren();
            }
        } catch (com.fasterxml.jackson.core.JsonParseException e) {
            throw Failures.of("SerializationException", 400, "The body is not JSON: " + e.getOriginalMessage());
        }
        return members;
    }
}
