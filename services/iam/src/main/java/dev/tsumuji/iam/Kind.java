package dev.tsumuji.iam;

/** What policies can be attached to. */
enum Kind {
    USER("user", "User", 2048),
    GROUP("group", "Group", 5120),
    ROLE("role", "Role", 10240);

    private final String noun;
    private final String title;
    private final int inlineMaxChars;

    Kind(String noun, String title, int inlineMaxChars) {
        this.noun = noun;
        this.title = title;
        this.inlineMaxChars = inlineMaxChars;
    }

    String noun() {
        return noun;
    }

    String title() {
        return title;
    }

    /** All inline policies of one of these together, without white space. */
    int inlineMaxChars() {
        return inlineMaxChars;
    }
}
