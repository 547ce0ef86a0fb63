package dev.tsumuji.wire.form;

import dev.tsumuji.wire.http.Reply;
import dev.tsumuji.wire.http.Request;
import dev.tsumuji.wire.sign.Uri;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Turns the answer to a {@code PutObject} into the one that the form asked for. Used by one thread. */
public final class FormReply implements Reply {
    private final Reply reply;
    private final PostForm form;
    private final String location;
    private String etag = "";

    public FormReply(Reply reply, Request put, PostForm form) {
        this.reply = reply;
        this.form = form;
        this.location = Uri.ofObject(put, form.bucket(), form.key());
    }

    @Override
    public void header(String name, String value) {
        if (name.equalsIgnoreCase("etag")) {
            etag = value;
        }
        reply.header(name, value);
    }

    @Override
    public void send(int status, byte[] body) {
        if (status != 200) {
            reply.send(status, body);
            return;
        }
        var redirect = redirect();
        if (redirect != null) {
            reply.header("Location", redirect);
            reply.send(303, new byte[0]);
            return;
        }
        reply.header("Location", location);
        switch (form.fields().getOrDefault("success_action_status", "204")) {
            case "200" -> reply.send(200, new byte[0]);
            case "201" -> {
                reply.header("Content-Type", "application/xml");
                reply.send(201, document().getBytes(StandardCharsets.UTF_8));
            }
            default -> reply.send(204, new byte[0]);
        }
    }

    private @Nullable String redirect() {
        var fields = form.fields();
        var target = fields.getOrDefault("success_action_redirect", fields.getOrDefault("redirect", ""));
        try {
            var uri = new URI(target);
            if (!("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return null;
            }
        } catch (URISyntaxException _) {
            // AWS goes on as if none had been asked for
            return null;
        }
        return target + (target.indexOf('?') < 0 ? '?' : '&') + "bucket=" + Uri.encode(form.bucket(), false) + "&key="
                + Uri.encode(form.key(), false) + "&etag=" + Uri.encode(etag, false);
    }

    private String document() {
        var text = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PostResponse>");
        element(text, "Location", location);
        element(text, "Bucket", form.bucket());
        element(text, "Key", form.key());
        element(text, "ETag", etag);
        return text.append("</PostResponse>").toString();
    }

    private static void element(StringBuilder text, String name, String value) {
        text.append('<')
                .append(name)
                .append('>')
                .append(value.replace("&", "&amp;")
                        .replace("<", "&lt;")
                        .replace(">", "&gt;")
                        .replace("\"", "&quot;"))
                .append("</")
                .append(name)
                .append('>');
    }

    @Override
    public OutputStream stream(int status, long length) {
        return reply.stream(status, length);
    }

    @Override
    public boolean started() {
        return reply.started();
    }
}
