package dev.tsumuji.kernel.settings;

import java.util.List;

/** Everything that is wrong with the settings, one sentence per problem, so that all can be put right at once. */
public final class SettingsException extends RuntimeException {
    private final List<String> problems;

    public SettingsException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    public List<String> problems() {
        return problems;
    }
}
