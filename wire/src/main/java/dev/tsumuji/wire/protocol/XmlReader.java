package dev.tsumuji.wire.protocol;

import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/** Reads an XML document as a tree of nodes, names without their prefixes. Document types and entities are refused. */
final class XmlReader {
    private static final XMLInputFactory FACTORY = factory();
    static final String REFUSAL =
            "The XML you provided was not well-formed or did not validate against our published schema";

    private final XMLStreamReader in;

    private XmlReader(XMLStreamReader in) {
        this.in = in;
    }

    private static XMLInputFactory factory() {
        var factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        return factory;
    }

    /**
     * The document's root element; reads to the end of the stream.
     *
     * @param root the name that it must have; null when any will do
     */
    static Node read(InputStream body, @Nullable String root) throws IOException {
        try {
            XMLStreamReader in;
            synchronized (FACTORY) {
                in = FACTORY.createXMLStreamReader(body);
            }
            return new XmlReader(in).document(root);
        } catch (XMLStreamException e) {
            if (e.getNestedException() instanceof IOException io && !(io instanceof CharConversionException)) {
                throw io;
            }
            throw new Malformed(REFUSAL);
        }
    }

    private Node document(@Nullable String name) throws XMLStreamException {
        Node root = null;
        while (in.hasNext()) {
            switch (in.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    if (name != null && !name.equals(in.getLocalName())) {
                        throw new Malformed(REFUSAL);
                    }
                    root = element(1);
                }
                case XMLStreamConstants.DTD -> throw new Malformed(REFUSAL);
                default -> {
                    // comments and white space around the root
                }
            }
        }
        if (root == null) {
            throw new Malformed(REFUSAL);
        }
        return root;
    }

    private Node element(int depth) throws XMLStreamException {
        if (depth > Node.MAX_DEPTH) {
            throw new Malformed(REFUSAL);
        }
        var node = new Node();
        attributes(node);
        var text = new StringBuilder();
        while (true) {
            switch (in.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    var name = in.getLocalName();
                    node.add(name, element(depth + 1));
                }
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE ->
                    text.append(in.getText());
                case XMLStreamConstants.ENTITY_REFERENCE, XMLStreamConstants.DTD -> throw new Malformed(REFUSAL);
                case XMLStreamConstants.END_ELEMENT -> {
                    node.text(node.leaf() ? text.toString() : "");
                    return node;
                }
                default -> {
                    // comments and processing instructions
                }
            }
        }
    }

    private void attributes(Node node) {
        if (in.getAttributeCount() == 0) {
            return;
        }
        var attributes = new HashMap<String, String>();
        for (int i = 0; i < in.getAttributeCount(); i++) {
            var prefix = in.getAttributePrefix(i);
            var name = in.getAttributeLocalName(i);
            attributes.put(prefix == null || prefix.isEmpty() ? name : prefix + ":" + name, in.getAttributeValue(i));
        }
        node.attributes(attributes);
    }
}
