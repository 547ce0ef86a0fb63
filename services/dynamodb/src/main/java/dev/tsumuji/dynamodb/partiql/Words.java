package dev.tsumuji.dynamodb.partiql;

import dev.tsumuji.dynamodb.value.Refusal;
import dev.tsumuji.dynamodb.value.Values;
import java.util.List;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A statement's words, taken from left to right, and its parameters, taken in the order of their question marks. Used by one thread. */
class Words {
    /** Groups, functions and values within each other. */
    private static final int DEPTH_MAX = 100;

    private final List<Word> words;
    private final List<AttributeValue> parameters;
    private int at;
    private int parameter;
    private int depth;

    Words(String text, List<AttributeValue> parameters) {
        this.parameters = parameters;
        var taken = Word.of(text);
        if (taken == null) {
            throw malformed("");
        }
        this.words = taken;
    }

    /** For a word that none of the grammar's rules takes where it stands. */
    final RuntimeException malformed() {
        var word = peek();
        return malformed(word.type() != Word.Type.KEYWORD ? "Unexpected term" : "Unexpected keyword");
    }

    /** @param what DynamoDB's parser found; nothing when the text cannot even be taken apart */
    static RuntimeException malformed(String what) {
        return Refusal.validation("Statement wasn't well formed, can't be processed: " + what);
    }

    static RuntimeException refused(String what) {
        return Refusal.validation(what);
    }

    final Word peek() {
        return words.get(Math.min(at, words.size() - 1));
    }

    final Word peekBehind() {
        return words.get(Math.min(at + 1, words.size() - 1));
    }

    final Word take() {
        return words.get(Math.min(at++, words.size() - 1));
    }

    final boolean accept(String symbolOrKeyword) {
        boolean there = peek().is(symbolOrKeyword);
        at += there ? 1 : 0;
        return there;
    }

    final void expect(String symbolOrKeyword) {
        if (!accept(symbolOrKeyword)) {
            throw malformed();
        }
    }

    final void expectEnd() {
        accept(";");
        if (peek().type() != Word.Type.END) {
            throw malformed("Unexpected token after expression");
        }
    }

    final boolean name() {
        return peek().type() == Word.Type.NAME || peek().type() == Word.Type.QUOTED;
    }

    final void deeper() {
        if (++depth > DEPTH_MAX) {
            throw malformed();
        }
    }

    final void back() {
        depth--;
    }

    final int depth() {
        return depth;
    }

    final AttributeValue parameter() {
        if (parameter >= parameters.size()) {
            throw refused("Number of parameters in request and statement don't match.");
        }
        var value = parameters.get(parameter++);
        if (value.n() != null) {
            Decimals.requireReadable(value.n());
        }
        return Values.checked(value);
    }
}
