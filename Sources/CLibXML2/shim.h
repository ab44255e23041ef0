/// libxml2's push parser, with what differs between its versions, or what Swift cannot reach, wrapped.
#ifndef SYNOPTIC_CLIBXML2_SHIM_H
#define SYNOPTIC_CLIBXML2_SHIM_H

#include <libxml/xmlversion.h>

/* Where libxml2 was built with ICU its headers bring the system's, whose types clash with those of the ICU inside
   Foundation. Only a structure that is used by pointer alone has members of them. */
#undef LIBXML_ICU_ENABLED

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/xmlerror.h>

/// A push parser that never touches the network, never loads a DTD and never replaces an entity.
/// The handler is copied; `synoptic_xml_set_user_data` says what its callbacks get.
static inline xmlParserCtxtPtr synoptic_xml_create(xmlSAXHandler *handler) {
  handler->initialized = XML_SAX2_MAGIC;
  xmlParserCtxtPtr context = xmlCreatePushParserCtxt(handler, NULL, NULL, 0, NULL);
  if (context == NULL) return NULL;
  int options = XML_PARSE_NONET;
#if LIBXML_VERSION >= 21300
  options |= XML_PARSE_NO_XXE;
#endif
  xmlCtxtUseOptions(context, options);
  return context;
}

/// What the callbacks get from now on.
static inline void synoptic_xml_set_user_data(xmlParserCtxtPtr context, void *user_data) {
  context->userData = user_data;
}

/// The place where the parser keeps a name: equal names of tags and attributes have the same.
static inline const xmlChar *synoptic_xml_name(xmlParserCtxtPtr context, const char *name) {
  return xmlDictLookup(context->dict, (const xmlChar *)name, -1);
}

/// Frees the parser, and the empty document it makes for itself when it meets a declaration.
static inline void synoptic_xml_free(xmlParserCtxtPtr context) {
  if (context == NULL) return;
  if (context->myDoc != NULL) {
    xmlFreeDoc(context->myDoc);
    context->myDoc = NULL;
  }
  xmlFreeParserCtxt(context);
}

/// Whether everything parsed so far was well-formed XML.
static inline int synoptic_xml_is_well_formed(xmlParserCtxtPtr context) { return context->wellFormed; }

/// The line the parser has come to, from 1.
static inline int synoptic_xml_line(xmlParserCtxtPtr context) {
  return context->input == NULL ? 0 : context->input->line;
}

/// The column the parser has come to, from 1.
static inline int synoptic_xml_column(xmlParserCtxtPtr context) {
  return context->input == NULL ? 0 : context->input->col;
}

/// The bytes that were given to the parser and that it has not used: the length of an unfinished tag or comment.
static inline long synoptic_xml_unused_bytes(xmlParserCtxtPtr context) {
  if (context->input == NULL || context->input->end == NULL) return 0;
  return (long)(context->input->end - context->input->cur);
}

/// The last error's message, valid until the parser is used again, or NULL. The error's type became const in 2.12.
static inline const char *synoptic_xml_error(xmlParserCtxtPtr context, int *line, int *column) {
  const xmlError *error = (const xmlError *)xmlCtxtGetLastError(context);
  if (error == NULL) return NULL;
  *line = error->line;
  *column = error->int2;
  return error->message;
}

#endif
