package dev.tsumuji.wire.sign;

/** Percent-encoding of UTF-8, as S3 writes and reads it. */
public final class Uri {
    private Uri() {}

    public static String encode(String text, boolean keepSlash) {
        var out = new StringBuilder(text.length() + 16);
        Text.encode(out, text, keepSlash);
        return out.toString();
    }

    /** What is not a valid escape stands for itself. */
    public static String decode(String text) {
        return Text.decode(text);
    }
}
