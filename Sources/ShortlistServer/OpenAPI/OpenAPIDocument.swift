// Made by scripts/embed-files.py; change the files it is made from.
// swift-format-ignore-file

extension OpenAPI {
  static let text = #"""
{
  "openapi": "3.1.0",
  "info": {
    "title": "Shortlist",
    "version": "0.1.0",
    "summary": "Recommendations from the artefacts of a folder.",
    "description": "`shortlist serve` answers this API. A path that names neither a version nor a label is answered by the latest version. Bodies have at most 4 MiB; more are answered with 413, more than the server can queue with 429. Failures of TensorFlow Serving's calls are written as it writes them, all others are problems (RFC 9457). Where the server has tokens, a call needs one whose scope allows it.",
    "license": {
      "name": "Apache License 2.0",
      "identifier": "Apache-2.0"
    }
  },
  "servers": [
    {
      "url": "/"
    }
  ],
  "security": [
    {},
    {
      "token": []
    }
  ],
  "tags": [
    {
      "name": "Recommendations"
    },
    {
      "name": "Catalogue",
      "description": "Looking into a model."
    },
    {
      "name": "Live catalogue",
      "description": "Changes that are known at once, and survive a crash."
    },
    {
      "name": "Model life",
      "description": "Versions, labels, canaries and shadows. They need the scope admin."
    },
    {
      "name": "TensorFlow Serving",
      "description": "Calls whose clients need only another address."
    },
    {
      "name": "Watching"
    }
  ],
  "paths": {
    "/": {
      "get": {
        "operationId": "console",
        "tags": [
          "Watching"
        ],
        "summary": "The web console",
        "responses": {
          "200": {
            "description": "A page that uses this API.",
            "content": {
              "text/html": {
                "schema": {
                  "type": "string"
                }
              }
            }
          }
        },
        "security": []
      }
    },
    "/healthz": {
      "get": {
        "operationId": "healthz",
        "tags": [
          "Watching"
        ],
        "summary": "Whether the process lives",
        "responses": {
          "200": {
            "description": "It does.",
            "content": {
              "text/plain": {
                "schema": {
                  "type": "string"
                },
                "example": "ok\n"
              }
            }
          }
        },
        "security": []
      }
    },
    "/metrics": {
      "get": {
        "operationId": "metrics",
        "tags": [
          "Watching"
        ],
        "summary": "What is counted, for Prometheus",
        "responses": {
          "200": {
            "description": "Prometheus's text format 0.0.4.",
            "content": {
              "text/plain": {
                "schema": {
                  "type": "string"
                },
                "example": ":tensorflow:serving:request_count{model_name=\"library\",status=\"OK\"} 12\n"
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          }
        }
      }
    },
    "/monitoring/prometheus/metrics": {
      "get": {
        "operationId": "tensorFlowMetrics",
        "tags": [
          "Watching"
        ],
        "summary": "The same where TensorFlow Serving has it",
        "responses": {
          "200": {
            "description": "Prometheus's text format 0.0.4.",
            "content": {
              "text/plain": {
                "schema": {
                  "type": "string"
                },
                "example": ":tensorflow:serving:request_count{model_name=\"library\",status=\"OK\"} 12\n"
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          }
        }
      }
    },
    "/openapi.json": {
      "get": {
        "operationId": "openapi",
        "tags": [
          "Watching"
        ],
        "summary": "This description",
        "responses": {
          "200": {
            "description": "OpenAPI 3.1.",
            "content": {
              "application/json": {
                "schema": {
                  "type": "object"
                }
              }
            }
          }
        },
        "security": []
      }
    },
    "/readyz": {
      "get": {
        "operationId": "readyz",
        "tags": [
          "Watching"
        ],
        "summary": "Whether every model has a version that answers",
        "responses": {
          "200": {
            "description": "Every one.",
            "content": {
              "text/plain": {
                "schema": {
                  "type": "string"
                },
                "example": "ready\n"
              }
            }
          },
          "503": {
            "description": "Not yet, or no more.",
            "content": {
              "text/plain": {
                "schema": {
                  "type": "string"
                },
                "example": "not ready\n"
              }
            }
          }
        },
        "security": []
      }
    },
    "/v1/models": {
      "get": {
        "operationId": "models",
        "tags": [
          "Catalogue"
        ],
        "summary": "The models with their versions that answer",
        "responses": {
          "200": {
            "$ref": "#/components/responses/Models"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          }
        }
      }
    },
    "/v1/models/{name}": {
      "get": {
        "operationId": "status",
        "tags": [
          "TensorFlow Serving"
        ],
        "summary": "How the versions of a model are",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/Status"
          },
          "400": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "404": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "500": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "503": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          }
        }
      }
    },
    "/v1/models/{name}/canary": {
      "put": {
        "operationId": "setCanary",
        "tags": [
          "Model life"
        ],
        "summary": "Have a version answer a share of the users",
        "description": "Needs the scope admin.",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          }
        ],
        "requestBody": {
          "$ref": "#/components/requestBodies/Trial"
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/Life"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          }
        }
      },
      "delete": {
        "operationId": "endCanary",
        "tags": [
          "Model life"
        ],
        "summary": "End the canary",
        "description": "Needs the scope admin.",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/Life"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/v1/models/{name}/events": {
      "post": {
        "operationId": "appendEvents",
        "tags": [
          "Live catalogue"
        ],
        "summary": "What users have done",
        "description": "Known at once to `exclude_seen`, to explanations and to users whom the model does not know; durable when answered. Items that the catalogue does not have are taken, too, and named. Needs the scope write.",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          }
        ],
        "requestBody": {
          "$ref": "#/components/requestBodies/Events"
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/Appended"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          }
        }
      }
    },
    "/v1/models/{name}/items": {
      "get": {
        "operationId": "items",
        "tags": [
          "Catalogue"
        ],
        "summary": "Items whose identifier, or one of whose texts, holds a text; the most popular first",
        "description": "Give `prefix` or `contains`, not both; neither lists the most popular items. Case does not matter.",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/prefix"
          },
          {
            "$ref": "#/components/parameters/contains"
          },
          {
            "$ref": "#/components/parameters/limit"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/Items"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      },
      "put": {
        "operationId": "putItems",
        "tags": [
          "Live catalogue"
        ],
        "summary": "Add items, or change them",
        "description": "Known at once to every version of the model, and durable when answered. Without a vector the candidate tower embeds the features. Needs the scope write.",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          }
        ],
        "requestBody": {
          "$ref": "#/components/requestBodies/PutItems"
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/Upserted"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          }
        }
      },
      "delete": {
        "operationId": "deleteItems",
        "tags": [
          "Live catalogue"
        ],
        "summary": "Take items out of the catalogue",
        "description": "Needs the scope write.",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          }
        ],
        "requestBody": {
          "$ref": "#/components/requestBodies/DeleteItems"
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/Deleted"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          }
        }
      }
    },
    "/v1/models/{name}/items/{item}": {
      "get": {
        "operationId": "item",
        "tags": [
          "Catalogue"
        ],
        "summary": "What the catalogue says of an item",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/item"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/Item"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      },
      "put": {
        "operationId": "putItem",
        "tags": [
          "Live catalogue"
        ],
        "summary": "Add an item, or change it",
        "description": "Needs the scope write.",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/changed"
          }
        ],
        "requestBody": {
          "$ref": "#/components/requestBodies/PutItem"
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/Upserted"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          }
        }
      },
      "delete": {
        "operationId": "deleteItem",
        "tags": [
          "Live catalogue"
        ],
        "summary": "Take an item out of the catalogue",
        "description": "Needs the scope write.",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/changed"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/DeletedOne"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/v1/models/{name}/labels/{label}": {
      "get": {
        "operationId": "statusOfLabel",
        "tags": [
          "TensorFlow Serving"
        ],
        "summary": "How the versions of a model are",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/label"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/Status"
          },
          "400": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "404": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "500": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "503": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          }
        }
      },
      "put": {
        "operationId": "setLabel",
        "tags": [
          "Model life"
        ],
        "summary": "Set a label, or move it",
        "description": "Needs the scope admin.",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/label"
          }
        ],
        "requestBody": {
          "$ref": "#/components/requestBodies/Label"
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/Life"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          }
        }
      },
      "delete": {
        "operationId": "removeLabel",
        "tags": [
          "Model life"
        ],
        "summary": "Take a label away",
        "description": "Needs the scope admin.",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/label"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/Life"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/v1/models/{name}/labels/{label}/events": {
      "post": {
        "operationId": "appendEventsOfLabel",
        "tags": [
          "Live catalogue"
        ],
        "summary": "What users have done",
        "description": "Known at once to `exclude_seen`, to explanations and to users whom the model does not know; durable when answered. Items that the catalogue does not have are taken, too, and named. Needs the scope write.",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/label"
          }
        ],
        "requestBody": {
          "$ref": "#/components/requestBodies/Events"
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/Appended"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          }
        }
      }
    },
    "/v1/models/{name}/labels/{label}/items": {
      "get": {
        "operationId": "itemsOfLabel",
        "tags": [
          "Catalogue"
        ],
        "summary": "Items whose identifier, or one of whose texts, holds a text; the most popular first",
        "description": "Give `prefix` or `contains`, not both; neither lists the most popular items. Case does not matter.",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/label"
          },
          {
            "$ref": "#/components/parameters/prefix"
          },
          {
            "$ref": "#/components/parameters/contains"
          },
          {
            "$ref": "#/components/parameters/limit"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/Items"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      },
      "put": {
        "operationId": "putItemsOfLabel",
        "tags": [
          "Live catalogue"
        ],
        "summary": "Add items, or change them",
        "description": "Known at once to every version of the model, and durable when answered. Without a vector the candidate tower embeds the features. Needs the scope write.",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/label"
          }
        ],
        "requestBody": {
          "$ref": "#/components/requestBodies/PutItems"
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/Upserted"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          }
        }
      },
      "delete": {
        "operationId": "deleteItemsOfLabel",
        "tags": [
          "Live catalogue"
        ],
        "summary": "Take items out of the catalogue",
        "description": "Needs the scope write.",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/label"
          }
        ],
        "requestBody": {
          "$ref": "#/components/requestBodies/DeleteItems"
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/Deleted"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          }
        }
      }
    },
    "/v1/models/{name}/labels/{label}/items/{item}": {
      "get": {
        "operationId": "itemOfLabel",
        "tags": [
          "Catalogue"
        ],
        "summary": "What the catalogue says of an item",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/label"
          },
          {
            "$ref": "#/components/parameters/item"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/Item"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      },
      "put": {
        "operationId": "putItemOfLabel",
        "tags": [
          "Live catalogue"
        ],
        "summary": "Add an item, or change it",
        "description": "Needs the scope write.",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/label"
          },
          {
            "$ref": "#/components/parameters/changed"
          }
        ],
        "requestBody": {
          "$ref": "#/components/requestBodies/PutItem"
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/Upserted"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          }
        }
      },
      "delete": {
        "operationId": "deleteItemOfLabel",
        "tags": [
          "Live catalogue"
        ],
        "summary": "Take an item out of the catalogue",
        "description": "Needs the scope write.",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/label"
          },
          {
            "$ref": "#/components/parameters/changed"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/DeletedOne"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/v1/models/{name}/labels/{label}/map": {
      "get": {
        "operationId": "mapOfLabel",
        "tags": [
          "Catalogue"
        ],
        "summary": "The catalogue on a plane: the first two principal components of the items' vectors",
        "description": "Catalogues beyond 20,000 items are thinned out to so many; `item` (repeatable) asks for the points of some items instead.",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/label"
          },
          {
            "$ref": "#/components/parameters/feature"
          },
          {
            "$ref": "#/components/parameters/points"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/Map"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/v1/models/{name}/labels/{label}/metadata": {
      "get": {
        "operationId": "metadataOfLabel",
        "tags": [
          "TensorFlow Serving"
        ],
        "summary": "The signatures of a model",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/label"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/Metadata"
          },
          "400": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "404": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "500": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "503": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          }
        }
      }
    },
    "/v1/models/{name}/labels/{label}/report": {
      "get": {
        "operationId": "reportOfLabel",
        "tags": [
          "Catalogue"
        ],
        "summary": "What the artefact says of itself, and what the training left in it",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/label"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/Report"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/v1/models/{name}/labels/{label}/users": {
      "get": {
        "operationId": "usersOfLabel",
        "tags": [
          "Catalogue"
        ],
        "summary": "Users of the training history",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/label"
          },
          {
            "$ref": "#/components/parameters/prefix"
          },
          {
            "$ref": "#/components/parameters/contains"
          },
          {
            "$ref": "#/components/parameters/limit"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/Users"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/v1/models/{name}/labels/{label}/users/{user}": {
      "get": {
        "operationId": "userOfLabel",
        "tags": [
          "Catalogue"
        ],
        "summary": "What a user has interacted with",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/label"
          },
          {
            "$ref": "#/components/parameters/user"
          },
          {
            "$ref": "#/components/parameters/limit"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/User"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/v1/models/{name}/labels/{label}:explain": {
      "post": {
        "operationId": "explainOfLabel",
        "tags": [
          "Recommendations"
        ],
        "summary": "Which items of the history pulled an item up, with shares",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/label"
          }
        ],
        "requestBody": {
          "$ref": "#/components/requestBodies/Explain"
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/Explanation"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          }
        }
      }
    },
    "/v1/models/{name}/labels/{label}:predict": {
      "post": {
        "operationId": "predictOfLabel",
        "tags": [
          "TensorFlow Serving"
        ],
        "summary": "TensorFlow Serving's predict, in rows (`instances`) or columns (`inputs`)",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/label"
          }
        ],
        "requestBody": {
          "$ref": "#/components/requestBodies/Predict"
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/Predict"
          },
          "400": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "404": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "500": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "503": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          }
        }
      }
    },
    "/v1/models/{name}/labels/{label}:recommend": {
      "post": {
        "operationId": "recommendOfLabel",
        "tags": [
          "Recommendations"
        ],
        "summary": "The best items for a user, a query or a batch of them",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/label"
          }
        ],
        "requestBody": {
          "$ref": "#/components/requestBodies/Recommend"
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/Recommendations"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          }
        }
      }
    },
    "/v1/models/{name}/labels/{label}:similar": {
      "post": {
        "operationId": "similarOfLabel",
        "tags": [
          "Recommendations"
        ],
        "summary": "The items nearest to an item",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/label"
          }
        ],
        "requestBody": {
          "$ref": "#/components/requestBodies/Similar"
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/Similar"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          }
        }
      }
    },
    "/v1/models/{name}/life": {
      "get": {
        "operationId": "life",
        "tags": [
          "Model life"
        ],
        "summary": "How the versions of a model stand: in force, labels, canary, shadow",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/Life"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/v1/models/{name}/map": {
      "get": {
        "operationId": "map",
        "tags": [
          "Catalogue"
        ],
        "summary": "The catalogue on a plane: the first two principal components of the items' vectors",
        "description": "Catalogues beyond 20,000 items are thinned out to so many; `item` (repeatable) asks for the points of some items instead.",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/feature"
          },
          {
            "$ref": "#/components/parameters/points"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/Map"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/v1/models/{name}/metadata": {
      "get": {
        "operationId": "metadata",
        "tags": [
          "TensorFlow Serving"
        ],
        "summary": "The signatures of a model",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/Metadata"
          },
          "400": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "404": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "500": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "503": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          }
        }
      }
    },
    "/v1/models/{name}/report": {
      "get": {
        "operationId": "report",
        "tags": [
          "Catalogue"
        ],
        "summary": "What the artefact says of itself, and what the training left in it",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/Report"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/v1/models/{name}/shadow": {
      "put": {
        "operationId": "setShadow",
        "tags": [
          "Model life"
        ],
        "summary": "Repeat a share of the requests on a version, and compare the answers",
        "description": "Needs the scope admin.",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          }
        ],
        "requestBody": {
          "$ref": "#/components/requestBodies/Trial"
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/Life"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          }
        }
      },
      "delete": {
        "operationId": "endShadow",
        "tags": [
          "Model life"
        ],
        "summary": "End the shadow",
        "description": "Needs the scope admin.",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/Life"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/v1/models/{name}/users": {
      "get": {
        "operationId": "users",
        "tags": [
          "Catalogue"
        ],
        "summary": "Users of the training history",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/prefix"
          },
          {
            "$ref": "#/components/parameters/contains"
          },
          {
            "$ref": "#/components/parameters/limit"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/Users"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/v1/models/{name}/users/{user}": {
      "get": {
        "operationId": "user",
        "tags": [
          "Catalogue"
        ],
        "summary": "What a user has interacted with",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/user"
          },
          {
            "$ref": "#/components/parameters/limit"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/User"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/v1/models/{name}/versions/{version}": {
      "get": {
        "operationId": "statusOfVersion",
        "tags": [
          "TensorFlow Serving"
        ],
        "summary": "How the versions of a model are",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/version"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/Status"
          },
          "400": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "404": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "500": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "503": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          }
        }
      }
    },
    "/v1/models/{name}/versions/{version}/events": {
      "post": {
        "operationId": "appendEventsOfVersion",
        "tags": [
          "Live catalogue"
        ],
        "summary": "What users have done",
        "description": "Known at once to `exclude_seen`, to explanations and to users whom the model does not know; durable when answered. Items that the catalogue does not have are taken, too, and named. Needs the scope write.",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/version"
          }
        ],
        "requestBody": {
          "$ref": "#/components/requestBodies/Events"
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/Appended"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          }
        }
      }
    },
    "/v1/models/{name}/versions/{version}/items": {
      "get": {
        "operationId": "itemsOfVersion",
        "tags": [
          "Catalogue"
        ],
        "summary": "Items whose identifier, or one of whose texts, holds a text; the most popular first",
        "description": "Give `prefix` or `contains`, not both; neither lists the most popular items. Case does not matter.",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/version"
          },
          {
            "$ref": "#/components/parameters/prefix"
          },
          {
            "$ref": "#/components/parameters/contains"
          },
          {
            "$ref": "#/components/parameters/limit"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/Items"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      },
      "put": {
        "operationId": "putItemsOfVersion",
        "tags": [
          "Live catalogue"
        ],
        "summary": "Add items, or change them",
        "description": "Known at once to every version of the model, and durable when answered. Without a vector the candidate tower embeds the features. Needs the scope write.",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/version"
          }
        ],
        "requestBody": {
          "$ref": "#/components/requestBodies/PutItems"
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/Upserted"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          }
        }
      },
      "delete": {
        "operationId": "deleteItemsOfVersion",
        "tags": [
          "Live catalogue"
        ],
        "summary": "Take items out of the catalogue",
        "description": "Needs the scope write.",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/version"
          }
        ],
        "requestBody": {
          "$ref": "#/components/requestBodies/DeleteItems"
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/Deleted"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          }
        }
      }
    },
    "/v1/models/{name}/versions/{version}/items/{item}": {
      "get": {
        "operationId": "itemOfVersion",
        "tags": [
          "Catalogue"
        ],
        "summary": "What the catalogue says of an item",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/version"
          },
          {
            "$ref": "#/components/parameters/item"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/Item"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      },
      "put": {
        "operationId": "putItemOfVersion",
        "tags": [
          "Live catalogue"
        ],
        "summary": "Add an item, or change it",
        "description": "Needs the scope write.",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/version"
          },
          {
            "$ref": "#/components/parameters/changed"
          }
        ],
        "requestBody": {
          "$ref": "#/components/requestBodies/PutItem"
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/Upserted"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          }
        }
      },
      "delete": {
        "operationId": "deleteItemOfVersion",
        "tags": [
          "Live catalogue"
        ],
        "summary": "Take an item out of the catalogue",
        "description": "Needs the scope write.",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/version"
          },
          {
            "$ref": "#/components/parameters/changed"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/DeletedOne"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/v1/models/{name}/versions/{version}/map": {
      "get": {
        "operationId": "mapOfVersion",
        "tags": [
          "Catalogue"
        ],
        "summary": "The catalogue on a plane: the first two principal components of the items' vectors",
        "description": "Catalogues beyond 20,000 items are thinned out to so many; `item` (repeatable) asks for the points of some items instead.",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/version"
          },
          {
            "$ref": "#/components/parameters/feature"
          },
          {
            "$ref": "#/components/parameters/points"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/Map"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/v1/models/{name}/versions/{version}/metadata": {
      "get": {
        "operationId": "metadataOfVersion",
        "tags": [
          "TensorFlow Serving"
        ],
        "summary": "The signatures of a model",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/version"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/Metadata"
          },
          "400": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "404": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "500": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "503": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          }
        }
      }
    },
    "/v1/models/{name}/versions/{version}/report": {
      "get": {
        "operationId": "reportOfVersion",
        "tags": [
          "Catalogue"
        ],
        "summary": "What the artefact says of itself, and what the training left in it",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/version"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/Report"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/v1/models/{name}/versions/{version}/users": {
      "get": {
        "operationId": "usersOfVersion",
        "tags": [
          "Catalogue"
        ],
        "summary": "Users of the training history",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/version"
          },
          {
            "$ref": "#/components/parameters/prefix"
          },
          {
            "$ref": "#/components/parameters/contains"
          },
          {
            "$ref": "#/components/parameters/limit"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/Users"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/v1/models/{name}/versions/{version}/users/{user}": {
      "get": {
        "operationId": "userOfVersion",
        "tags": [
          "Catalogue"
        ],
        "summary": "What a user has interacted with",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/version"
          },
          {
            "$ref": "#/components/parameters/user"
          },
          {
            "$ref": "#/components/parameters/limit"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/User"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/v1/models/{name}/versions/{version}:explain": {
      "post": {
        "operationId": "explainOfVersion",
        "tags": [
          "Recommendations"
        ],
        "summary": "Which items of the history pulled an item up, with shares",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/version"
          }
        ],
        "requestBody": {
          "$ref": "#/components/requestBodies/Explain"
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/Explanation"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          }
        }
      }
    },
    "/v1/models/{name}/versions/{version}:predict": {
      "post": {
        "operationId": "predictOfVersion",
        "tags": [
          "TensorFlow Serving"
        ],
        "summary": "TensorFlow Serving's predict, in rows (`instances`) or columns (`inputs`)",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/version"
          }
        ],
        "requestBody": {
          "$ref": "#/components/requestBodies/Predict"
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/Predict"
          },
          "400": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "404": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "500": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "503": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          }
        }
      }
    },
    "/v1/models/{name}/versions/{version}:recommend": {
      "post": {
        "operationId": "recommendOfVersion",
        "tags": [
          "Recommendations"
        ],
        "summary": "The best items for a user, a query or a batch of them",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/version"
          }
        ],
        "requestBody": {
          "$ref": "#/components/requestBodies/Recommend"
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/Recommendations"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          }
        }
      }
    },
    "/v1/models/{name}/versions/{version}:similar": {
      "post": {
        "operationId": "similarOfVersion",
        "tags": [
          "Recommendations"
        ],
        "summary": "The items nearest to an item",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          },
          {
            "$ref": "#/components/parameters/version"
          }
        ],
        "requestBody": {
          "$ref": "#/components/requestBodies/Similar"
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/Similar"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          }
        }
      }
    },
    "/v1/models/{name}:explain": {
      "post": {
        "operationId": "explain",
        "tags": [
          "Recommendations"
        ],
        "summary": "Which items of the history pulled an item up, with shares",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          }
        ],
        "requestBody": {
          "$ref": "#/components/requestBodies/Explain"
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/Explanation"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          }
        }
      }
    },
    "/v1/models/{name}:predict": {
      "post": {
        "operationId": "predict",
        "tags": [
          "TensorFlow Serving"
        ],
        "summary": "TensorFlow Serving's predict, in rows (`instances`) or columns (`inputs`)",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          }
        ],
        "requestBody": {
          "$ref": "#/components/requestBodies/Predict"
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/Predict"
          },
          "400": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "404": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "500": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "503": {
            "$ref": "#/components/responses/TensorFlowError"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          }
        }
      }
    },
    "/v1/models/{name}:recommend": {
      "post": {
        "operationId": "recommend",
        "tags": [
          "Recommendations"
        ],
        "summary": "The best items for a user, a query or a batch of them",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          }
        ],
        "requestBody": {
          "$ref": "#/components/requestBodies/Recommend"
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/Recommendations"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          }
        }
      }
    },
    "/v1/models/{name}:release": {
      "post": {
        "operationId": "release",
        "tags": [
          "Model life"
        ],
        "summary": "Keep to that version no longer",
        "description": "Needs the scope admin.",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/Life"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/v1/models/{name}:reload": {
      "post": {
        "operationId": "reload",
        "tags": [
          "Model life"
        ],
        "summary": "Look at the folder now, and load what is new",
        "description": "Needs the scope admin.",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/Life"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/v1/models/{name}:rollback": {
      "post": {
        "operationId": "rollBack",
        "tags": [
          "Model life"
        ],
        "summary": "Let the version before, or a given one, answer, and keep to it",
        "description": "Needs the scope admin.",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          }
        ],
        "requestBody": {
          "$ref": "#/components/requestBodies/RollBack"
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/Life"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          }
        }
      }
    },
    "/v1/models/{name}:similar": {
      "post": {
        "operationId": "similar",
        "tags": [
          "Recommendations"
        ],
        "summary": "The items nearest to an item",
        "parameters": [
          {
            "$ref": "#/components/parameters/name"
          }
        ],
        "requestBody": {
          "$ref": "#/components/requestBodies/Similar"
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/Similar"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/Busy"
          },
          "431": {
            "$ref": "#/components/responses/LargeHead"
          },
          "500": {
            "$ref": "#/components/responses/Failed"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          }
        }
      }
    }
  },
  "components": {
    "parameters": {
      "name": {
        "name": "name",
        "in": "path",
        "required": true,
        "schema": {
          "type": "string",
          "pattern": "^[A-Za-z0-9_.-]{1,64}$"
        },
        "example": "library",
        "description": "The name of a model."
      },
      "version": {
        "name": "version",
        "in": "path",
        "required": true,
        "schema": {
          "type": "integer",
          "minimum": 0,
          "maximum": 9007199254740991
        },
        "example": 1,
        "description": "A version of the model; the latest answers where none is named."
      },
      "label": {
        "name": "label",
        "in": "path",
        "required": true,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "example": "stable",
        "description": "A label of a version."
      },
      "item": {
        "name": "item",
        "in": "path",
        "required": true,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 4096
        },
        "example": "A Year of Owls",
        "description": "The identifier of an item, percent-encoded."
      },
      "user": {
        "name": "user",
        "in": "path",
        "required": true,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 4096
        },
        "example": "reader-042",
        "description": "The identifier of a user, percent-encoded."
      },
      "prefix": {
        "name": "prefix",
        "in": "query",
        "schema": {
          "type": "string",
          "maxLength": 256
        },
        "description": "What an identifier or a text begins with."
      },
      "contains": {
        "name": "contains",
        "in": "query",
        "schema": {
          "type": "string",
          "maxLength": 256
        },
        "description": "What an identifier or a text holds.",
        "example": "owl"
      },
      "limit": {
        "name": "limit",
        "in": "query",
        "schema": {
          "type": "integer",
          "minimum": 1,
          "maximum": 1000,
          "default": 20
        },
        "description": "How many at most; 100 unless said otherwise for the items of a user."
      },
      "feature": {
        "name": "feature",
        "in": "query",
        "schema": {
          "type": "string"
        },
        "example": "genres",
        "description": "A column whose value each point has as `value`."
      },
      "points": {
        "name": "item",
        "in": "query",
        "schema": {
          "type": "array",
          "items": {
            "type": "string"
          },
          "maxItems": 10000
        },
        "explode": true,
        "style": "form",
        "description": "Only the points of these items."
      },
      "changed": {
        "name": "item",
        "in": "path",
        "required": true,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 4096
        },
        "example": "The Paper Orchards",
        "description": "The identifier of an item, percent-encoded."
      }
    },
    "requestBodies": {
      "Recommend": {
        "required": true,
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Recommend"
            },
            "examples": {
              "user": {
                "value": {
                  "user_id": "reader-042",
                  "k": 3
                }
              },
              "filter": {
                "value": {
                  "user_id": "reader-042",
                  "k": 5,
                  "filter": "year >= 1990 and genres contains \"Poetry\""
                }
              },
              "batch": {
                "value": {
                  "requests": [
                    {
                      "user_id": "reader-042"
                    },
                    {
                      "query": {
                        "reader": "reader-007"
                      },
                      "k": 3
                    }
                  ]
                }
              }
            }
          }
        }
      },
      "Similar": {
        "required": true,
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Similar"
            },
            "examples": {
              "item": {
                "value": {
                  "item": "A Year of Owls",
                  "k": 3
                }
              }
            }
          }
        }
      },
      "Predict": {
        "required": true,
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Predict"
            },
            "examples": {
              "rows": {
                "value": {
                  "instances": [
                    "reader-042"
                  ]
                }
              },
              "columns": {
                "value": {
                  "signature_name": "top_k",
                  "inputs": {
                    "queries": [
                      "reader-042"
                    ],
                    "k": 3
                  }
                }
              }
            }
          }
        }
      },
      "PutItems": {
        "required": true,
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/PutItems"
            },
            "examples": {
              "items": {
                "value": {
                  "items": [
                    {
                      "id": "The Paper Orchards",
                      "features": {
                        "title": "The Paper Orchards",
                        "author": "Wren Pell",
                        "genres": [
                          "Poetry"
                        ],
                        "year": 2025,
                        "pages": 90
                      }
                    }
                  ]
                }
              }
            }
          }
        }
      },
      "PutItem": {
        "required": true,
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/PutItem"
            },
            "examples": {
              "item": {
                "value": {
                  "features": {
                    "title": "The Paper Orchards",
                    "author": "Wren Pell",
                    "genres": [
                      "Poetry"
                    ],
                    "year": 2025,
                    "pages": 90
                  }
                }
              }
            }
          }
        }
      },
      "DeleteItems": {
        "required": true,
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/DeleteItems"
            },
            "examples": {
              "items": {
                "value": {
                  "ids": [
                    "The Paper Orchards"
                  ]
                }
              }
            }
          }
        }
      },
      "Events": {
        "required": true,
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Events"
            },
            "examples": {
              "events": {
                "value": {
                  "events": [
                    {
                      "user_id": "reader-042",
                      "item": "A Year of Owls",
                      "time": 1700000000
                    }
                  ]
                }
              }
            }
          }
        }
      },
      "Explain": {
        "required": true,
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Explain"
            },
            "examples": {
              "user": {
                "value": {
                  "user_id": "reader-042",
                  "item": "The Rebellion of Castell Bryn",
                  "k": 3
                }
              }
            }
          }
        }
      },
      "Trial": {
        "required": true,
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Trial"
            },
            "examples": {
              "canary": {
                "value": {
                  "version": 1,
                  "share": 0.05
                }
              }
            }
          }
        }
      },
      "Label": {
        "required": true,
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Label"
            },
            "examples": {
              "label": {
                "value": {
                  "version": 1
                }
              }
            }
          }
        }
      },
      "RollBack": {
        "required": false,
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/RollBack"
            },
            "examples": {
              "before": {
                "value": {}
              },
              "to": {
                "value": {
                  "version": 1
                }
              }
            }
          }
        }
      }
    },
    "responses": {
      "Recommendations": {
        "description": "The best first; of a batch, one ranking for each request.",
        "content": {
          "application/json": {
            "schema": {
              "oneOf": [
                {
                  "type": "object",
                  "required": [
                    "model",
                    "basis",
                    "items"
                  ],
                  "properties": {
                    "model": {
                      "$ref": "#/components/schemas/ModelVersion"
                    },
                    "basis": {
                      "enum": [
                        "model",
                        "popularity",
                        "history"
                      ],
                      "description": "`popularity` where the model knows nothing of the user: scores are shares of the interactions."
                    },
                    "items": {
                      "type": "array",
                      "items": {
                        "$ref": "#/components/schemas/Recommendation"
                      }
                    }
                  }
                },
                {
                  "type": "object",
                  "required": [
                    "model",
                    "responses"
                  ],
                  "properties": {
                    "model": {
                      "$ref": "#/components/schemas/ModelVersion"
                    },
                    "responses": {
                      "type": "array",
                      "items": {
                        "$ref": "#/components/schemas/Ranking"
                      }
                    }
                  }
                }
              ]
            },
            "example": {
              "model": {
                "name": "library",
                "version": 1
              },
              "basis": "model",
              "items": [
                {
                  "item": "The Rebellion of Castell Bryn",
                  "score": 2.71
                },
                {
                  "item": "The Hundred-Year Roads",
                  "score": 2.639
                }
              ]
            }
          }
        }
      },
      "Similar": {
        "description": "The nearest first; scores are cosines.",
        "content": {
          "application/json": {
            "schema": {
              "type": "object",
              "required": [
                "model",
                "item",
                "items"
              ],
              "properties": {
                "model": {
                  "$ref": "#/components/schemas/ModelVersion"
                },
                "item": {
                  "type": "string",
                  "maxLength": 4096,
                  "description": "The identifier of an item."
                },
                "items": {
                  "type": "array",
                  "items": {
                    "$ref": "#/components/schemas/Recommendation"
                  }
                }
              }
            },
            "example": {
              "model": {
                "name": "library",
                "version": 1
              },
              "item": "A Year of Owls",
              "items": [
                {
                  "item": "The Wild Owls",
                  "score": 0.91
                }
              ]
            }
          }
        }
      },
      "Predict": {
        "description": "`predictions` for rows, `outputs` for columns.",
        "content": {
          "application/json": {
            "schema": {
              "oneOf": [
                {
                  "type": "object",
                  "required": [
                    "predictions"
                  ],
                  "properties": {
                    "predictions": {
                      "type": "array"
                    }
                  }
                },
                {
                  "type": "object",
                  "required": [
                    "outputs"
                  ],
                  "properties": {
                    "outputs": {}
                  }
                }
              ]
            },
            "example": {
              "predictions": [
                {
                  "output_1": [
                    2.71,
                    2.639
                  ],
                  "output_2": [
                    "The Rebellion of Castell Bryn",
                    "The Hundred-Year Roads"
                  ]
                }
              ]
            }
          }
        }
      },
      "Status": {
        "description": "The latest first.",
        "content": {
          "application/json": {
            "schema": {
              "type": "object",
              "required": [
                "model_version_status"
              ],
              "properties": {
                "model_version_status": {
                  "type": "array",
                  "items": {
                    "$ref": "#/components/schemas/VersionStatus"
                  }
                }
              }
            },
            "example": {
              "model_version_status": [
                {
                  "version": "1",
                  "state": "AVAILABLE",
                  "status": {
                    "error_code": "OK",
                    "error_message": ""
                  }
                }
              ]
            }
          }
        }
      },
      "Metadata": {
        "description": "As TensorFlow Serving writes it.",
        "content": {
          "application/json": {
            "schema": {
              "type": "object",
              "required": [
                "model_spec",
                "metadata"
              ],
              "properties": {
                "model_spec": {
                  "type": "object",
                  "required": [
                    "name",
                    "version"
                  ],
                  "properties": {
                    "name": {
                      "type": "string"
                    },
                    "signature_name": {
                      "type": "string"
                    },
                    "version": {
                      "type": "string"
                    }
                  }
                },
                "metadata": {
                  "type": "object"
                }
              }
            }
          }
        }
      },
      "Models": {
        "description": "Those that are served.",
        "content": {
          "application/json": {
            "schema": {
              "type": "object",
              "required": [
                "models"
              ],
              "properties": {
                "models": {
                  "type": "array",
                  "items": {
                    "type": "object",
                    "required": [
                      "name",
                      "versions"
                    ],
                    "properties": {
                      "name": {
                        "type": "string"
                      },
                      "versions": {
                        "type": "array",
                        "items": {
                          "type": "integer"
                        }
                      }
                    }
                  }
                }
              }
            },
            "example": {
              "models": [
                {
                  "name": "library",
                  "versions": [
                    1
                  ]
                }
              ]
            }
          }
        }
      },
      "Items": {
        "description": "What was found.",
        "content": {
          "application/json": {
            "schema": {
              "type": "object",
              "required": [
                "model",
                "total",
                "items",
                "has_more"
              ],
              "properties": {
                "model": {
                  "$ref": "#/components/schemas/ModelVersion"
                },
                "total": {
                  "type": "integer",
                  "minimum": 0,
                  "description": "The items of the catalogue."
                },
                "items": {
                  "type": "array",
                  "items": {
                    "$ref": "#/components/schemas/CatalogueItem"
                  }
                },
                "has_more": {
                  "type": "boolean"
                }
              }
            },
            "example": {
              "model": {
                "name": "library",
                "version": 1
              },
              "total": 480,
              "items": [
                {
                  "item": "A Year of Owls",
                  "popularity": 0.0066,
                  "features": {
                    "author": "Mei Alder",
                    "genres": [
                      "Nature",
                      "Poetry"
                    ],
                    "pages": 280,
                    "year": 2002
                  }
                }
              ],
              "has_more": false
            }
          }
        }
      },
      "Item": {
        "description": "The item.",
        "content": {
          "application/json": {
            "schema": {
              "type": "object",
              "required": [
                "model",
                "item",
                "popularity",
                "features"
              ],
              "properties": {
                "model": {
                  "$ref": "#/components/schemas/ModelVersion"
                },
                "item": {
                  "type": "string",
                  "maxLength": 4096,
                  "description": "The identifier of an item."
                },
                "popularity": {
                  "type": [
                    "number",
                    "null"
                  ],
                  "minimum": 0,
                  "maximum": 1,
                  "description": "The share of the training interactions; null without a history."
                },
                "features": {
                  "type": "object",
                  "additionalProperties": {
                    "oneOf": [
                      {
                        "type": "string"
                      },
                      {
                        "type": "number"
                      },
                      {
                        "type": "null"
                      },
                      {
                        "type": "array",
                        "items": {
                          "type": [
                            "string",
                            "number",
                            "null"
                          ]
                        }
                      }
                    ]
                  },
                  "description": "What the columns say of it."
                }
              }
            },
            "example": {
              "model": {
                "name": "library",
                "version": 1
              },
              "item": "A Year of Owls",
              "popularity": 0.0066,
              "features": {
                "author": "Mei Alder",
                "genres": [
                  "Nature",
                  "Poetry"
                ],
                "pages": 280,
                "year": 2002
              }
            }
          }
        }
      },
      "Users": {
        "description": "What was found.",
        "content": {
          "application/json": {
            "schema": {
              "type": "object",
              "required": [
                "model",
                "total",
                "users",
                "has_more"
              ],
              "properties": {
                "model": {
                  "$ref": "#/components/schemas/ModelVersion"
                },
                "total": {
                  "type": "integer",
                  "minimum": 0,
                  "description": "The users of the history."
                },
                "users": {
                  "type": "array",
                  "items": {
                    "$ref": "#/components/schemas/HistoryUser"
                  }
                },
                "has_more": {
                  "type": "boolean"
                }
              }
            },
            "example": {
              "model": {
                "name": "library",
                "version": 1
              },
              "total": 600,
              "users": [
                {
                  "user": "reader-042",
                  "items": 29
                }
              ],
              "has_more": false
            }
          }
        }
      },
      "User": {
        "description": "The items, in the order of the history.",
        "content": {
          "application/json": {
            "schema": {
              "type": "object",
              "required": [
                "model",
                "user",
                "total",
                "items",
                "has_more"
              ],
              "properties": {
                "model": {
                  "$ref": "#/components/schemas/ModelVersion"
                },
                "user": {
                  "type": "string"
                },
                "total": {
                  "type": "integer",
                  "minimum": 0
                },
                "items": {
                  "type": "array",
                  "items": {
                    "$ref": "#/components/schemas/CatalogueItem"
                  }
                },
                "has_more": {
                  "type": "boolean"
                }
              }
            },
            "example": {
              "model": {
                "name": "library",
                "version": 1
              },
              "user": "reader-042",
              "total": 1,
              "items": [
                {
                  "item": "A Year of Owls",
                  "popularity": 0.0066,
                  "features": {
                    "author": "Mei Alder",
                    "genres": [
                      "Nature",
                      "Poetry"
                    ],
                    "pages": 280,
                    "year": 2002
                  }
                }
              ],
              "has_more": false
            }
          }
        }
      },
      "Report": {
        "description": "The report.",
        "content": {
          "application/json": {
            "schema": {
              "type": "object",
              "required": [
                "model",
                "summary",
                "training",
                "evaluation",
                "recipe"
              ],
              "properties": {
                "model": {
                  "$ref": "#/components/schemas/ModelVersion"
                },
                "summary": {
                  "$ref": "#/components/schemas/Summary"
                },
                "training": {
                  "type": [
                    "object",
                    "null"
                  ],
                  "description": "`epochs`: each with `epoch`, `examples`, `loss`, `seconds` and the metrics."
                },
                "evaluation": {
                  "type": [
                    "object",
                    "null"
                  ],
                  "description": "Top-k accuracy on held-out examples: `raw`, `masked`, `popularity`."
                },
                "recipe": {
                  "type": [
                    "string",
                    "null"
                  ],
                  "description": "The recipe as YAML, without folders of the machine that trained."
                }
              }
            }
          }
        }
      },
      "Map": {
        "description": "The points.",
        "content": {
          "application/json": {
            "schema": {
              "type": "object",
              "required": [
                "model",
                "total",
                "explained",
                "points"
              ],
              "properties": {
                "model": {
                  "$ref": "#/components/schemas/ModelVersion"
                },
                "total": {
                  "type": "integer",
                  "minimum": 0
                },
                "explained": {
                  "type": "array",
                  "items": {
                    "type": "number"
                  },
                  "maxItems": 2,
                  "description": "The share of the variance along x, and along y."
                },
                "points": {
                  "type": "array",
                  "items": {
                    "$ref": "#/components/schemas/Point"
                  }
                }
              }
            },
            "example": {
              "model": {
                "name": "library",
                "version": 1
              },
              "total": 480,
              "explained": [
                0.147,
                0.139
              ],
              "points": [
                {
                  "item": "A Year of Owls",
                  "x": -0.18,
                  "y": 1.12,
                  "popularity": 0.0066
                }
              ]
            }
          }
        }
      },
      "TensorFlowError": {
        "description": "The request cannot be answered, as TensorFlow Serving tells it.",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/TensorFlowError"
            },
            "example": {
              "error": "Servable not found for request: Latest(films)"
            }
          }
        }
      },
      "BadRequest": {
        "description": "The request makes no sense; the problem names the field.",
        "content": {
          "application/problem+json": {
            "schema": {
              "$ref": "#/components/schemas/Problem"
            }
          }
        }
      },
      "Unauthenticated": {
        "description": "No token, or one that is not known.",
        "headers": {
          "www-authenticate": {
            "schema": {
              "type": "string"
            },
            "description": "`Bearer`"
          }
        },
        "content": {
          "application/problem+json": {
            "schema": {
              "$ref": "#/components/schemas/Problem"
            }
          }
        }
      },
      "Forbidden": {
        "description": "The token's scope does not allow it.",
        "content": {
          "application/problem+json": {
            "schema": {
              "$ref": "#/components/schemas/Problem"
            }
          }
        }
      },
      "NotFound": {
        "description": "No such model, version, item or user.",
        "content": {
          "application/problem+json": {
            "schema": {
              "$ref": "#/components/schemas/Problem"
            }
          }
        }
      },
      "LargeHead": {
        "description": "The path, the query and the header fields together are larger than 16 KiB.",
        "content": {
          "application/problem+json": {
            "schema": {
              "$ref": "#/components/schemas/Problem"
            }
          }
        }
      },
      "TooLarge": {
        "description": "The body is larger than 4 MiB.",
        "content": {
          "application/problem+json": {
            "schema": {
              "$ref": "#/components/schemas/Problem"
            }
          }
        }
      },
      "Busy": {
        "description": "Too many requests are waiting.",
        "headers": {
          "retry-after": {
            "schema": {
              "type": "string"
            },
            "description": "Seconds."
          }
        },
        "content": {
          "application/problem+json": {
            "schema": {
              "$ref": "#/components/schemas/Problem"
            }
          }
        }
      },
      "Failed": {
        "description": "Something went wrong in the server.",
        "content": {
          "application/problem+json": {
            "schema": {
              "$ref": "#/components/schemas/Problem"
            }
          }
        }
      },
      "Unavailable": {
        "description": "The files of the version were moved or changed, or the server stops.",
        "content": {
          "application/problem+json": {
            "schema": {
              "$ref": "#/components/schemas/Problem"
            }
          }
        }
      },
      "Explanation": {
        "description": "The strongest reasons first.",
        "content": {
          "application/json": {
            "schema": {
              "type": "object",
              "required": [
                "model",
                "item",
                "score",
                "rank",
                "basis",
                "method",
                "reasons"
              ],
              "properties": {
                "model": {
                  "$ref": "#/components/schemas/ModelVersion"
                },
                "item": {
                  "type": "string",
                  "maxLength": 4096,
                  "description": "The identifier of an item."
                },
                "score": {
                  "type": "number"
                },
                "rank": {
                  "type": "integer",
                  "minimum": 1,
                  "description": "1 for the best of the whole catalogue, nothing left out."
                },
                "basis": {
                  "enum": [
                    "model",
                    "popularity",
                    "history"
                  ]
                },
                "method": {
                  "enum": [
                    "item_similarity"
                  ]
                },
                "reasons": {
                  "type": "array",
                  "items": {
                    "$ref": "#/components/schemas/Reason"
                  }
                },
                "note": {
                  "type": "string",
                  "description": "Why there are no reasons, where there are none."
                }
              }
            },
            "example": {
              "model": {
                "name": "library",
                "version": 1
              },
              "item": "A Year of Owls",
              "score": 1.9,
              "rank": 12,
              "basis": "model",
              "method": "item_similarity",
              "reasons": [
                {
                  "item": "The Wild Owls",
                  "share": 0.4,
                  "similarity": 0.9
                }
              ]
            }
          }
        }
      },
      "Upserted": {
        "description": "They are in the catalogue.",
        "content": {
          "application/json": {
            "schema": {
              "type": "object",
              "required": [
                "model",
                "upserted"
              ],
              "properties": {
                "model": {
                  "$ref": "#/components/schemas/ModelVersion"
                },
                "upserted": {
                  "type": "integer",
                  "minimum": 0
                }
              }
            },
            "example": {
              "model": {
                "name": "library",
                "version": 1
              },
              "upserted": 1
            }
          }
        }
      },
      "Deleted": {
        "description": "They are out of the catalogue.",
        "content": {
          "application/json": {
            "schema": {
              "type": "object",
              "required": [
                "model",
                "deleted",
                "not_found"
              ],
              "properties": {
                "model": {
                  "$ref": "#/components/schemas/ModelVersion"
                },
                "deleted": {
                  "type": "integer",
                  "minimum": 0
                },
                "not_found": {
                  "type": "array",
                  "items": {
                    "type": "string"
                  }
                }
              }
            },
            "example": {
              "model": {
                "name": "library",
                "version": 1
              },
              "deleted": 1,
              "not_found": []
            }
          }
        }
      },
      "DeletedOne": {
        "description": "It is out of the catalogue.",
        "content": {
          "application/json": {
            "schema": {
              "type": "object",
              "required": [
                "model",
                "deleted"
              ],
              "properties": {
                "model": {
                  "$ref": "#/components/schemas/ModelVersion"
                },
                "deleted": {
                  "type": "integer",
                  "minimum": 0
                }
              }
            },
            "example": {
              "model": {
                "name": "library",
                "version": 1
              },
              "deleted": 1
            }
          }
        }
      },
      "Appended": {
        "description": "They are known.",
        "content": {
          "application/json": {
            "schema": {
              "type": "object",
              "required": [
                "model",
                "appended",
                "unknown_items"
              ],
              "properties": {
                "model": {
                  "$ref": "#/components/schemas/ModelVersion"
                },
                "appended": {
                  "type": "integer",
                  "minimum": 0
                },
                "unknown_items": {
                  "type": "array",
                  "items": {
                    "type": "string"
                  }
                }
              }
            },
            "example": {
              "model": {
                "name": "library",
                "version": 1
              },
              "appended": 1,
              "unknown_items": []
            }
          }
        }
      },
      "Life": {
        "description": "How the model stands now.",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Life"
            },
            "example": {
              "model": "library",
              "version": 1,
              "pinned": false,
              "versions": [
                {
                  "version": 1,
                  "state": "AVAILABLE"
                }
              ],
              "labels": {}
            }
          }
        }
      }
    },
    "schemas": {
      "ModelVersion": {
        "type": "object",
        "required": [
          "name",
          "version"
        ],
        "properties": {
          "name": {
            "type": "string"
          },
          "version": {
            "type": "integer",
            "minimum": 0
          }
        }
      },
      "Problem": {
        "type": "object",
        "description": "A failure (RFC 9457).",
        "required": [
          "type",
          "title",
          "status",
          "detail",
          "code"
        ],
        "properties": {
          "type": {
            "const": "about:blank"
          },
          "title": {
            "type": "string"
          },
          "status": {
            "type": "integer"
          },
          "detail": {
            "type": "string",
            "description": "What happened, what was expected, how to mend it."
          },
          "code": {
            "enum": [
              "CANCELLED",
              "UNKNOWN",
              "INVALID_ARGUMENT",
              "DEADLINE_EXCEEDED",
              "NOT_FOUND",
              "ALREADY_EXISTS",
              "PERMISSION_DENIED",
              "RESOURCE_EXHAUSTED",
              "FAILED_PRECONDITION",
              "ABORTED",
              "OUT_OF_RANGE",
              "UNIMPLEMENTED",
              "INTERNAL",
              "UNAVAILABLE",
              "DATA_LOSS",
              "UNAUTHENTICATED"
            ]
          }
        }
      },
      "TensorFlowError": {
        "type": "object",
        "required": [
          "error"
        ],
        "properties": {
          "error": {
            "type": "string"
          }
        }
      },
      "Recommendation": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "item": {
            "type": "string",
            "maxLength": 4096,
            "description": "The identifier of an item."
          },
          "score": {
            "type": "number"
          }
        },
        "required": [
          "item",
          "score"
        ]
      },
      "Ranking": {
        "type": "object",
        "required": [
          "basis",
          "items"
        ],
        "properties": {
          "basis": {
            "enum": [
              "model",
              "popularity",
              "history"
            ],
            "description": "`popularity` where the model knows nothing of the user: scores are shares of the interactions."
          },
          "items": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/Recommendation"
            }
          }
        }
      },
      "RecommendOne": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "user_id": {
            "type": [
              "string",
              "null"
            ],
            "description": "The user, where the name of the feature does not matter."
          },
          "query": {
            "type": [
              "object",
              "null"
            ],
            "additionalProperties": {
              "oneOf": [
                {
                  "type": "string"
                },
                {
                  "type": "number",
                  "minimum": -1e+30,
                  "maximum": 1e+30
                },
                {
                  "type": "array",
                  "items": {
                    "type": "string"
                  }
                }
              ]
            },
            "description": "The features that the query tower reads."
          },
          "k": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 1,
            "maximum": 1000,
            "default": 10
          },
          "exclude": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "type": "string"
            },
            "maxItems": 10000,
            "description": "Items to leave out."
          },
          "include": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "type": "string"
            },
            "maxItems": 10000,
            "description": "The only items to choose from."
          },
          "filter": {
            "oneOf": [
              {
                "type": "string"
              },
              {
                "type": "object"
              },
              {
                "type": "null"
              }
            ],
            "description": "A condition on the columns of the items, as text or as JSON."
          },
          "exclude_seen": {
            "type": [
              "boolean",
              "null"
            ],
            "default": true,
            "description": "Whether what the user has interacted with is left out."
          },
          "history": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "type": "string"
            },
            "maxItems": 10000,
            "description": "Items to recommend from, in place of what the model knows of the user."
          }
        }
      },
      "Recommend": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "user_id": {
            "type": [
              "string",
              "null"
            ],
            "description": "The user, where the name of the feature does not matter."
          },
          "query": {
            "type": [
              "object",
              "null"
            ],
            "additionalProperties": {
              "oneOf": [
                {
                  "type": "string"
                },
                {
                  "type": "number",
                  "minimum": -1e+30,
                  "maximum": 1e+30
                },
                {
                  "type": "array",
                  "items": {
                    "type": "string"
                  }
                }
              ]
            },
            "description": "The features that the query tower reads."
          },
          "k": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 1,
            "maximum": 1000,
            "default": 10
          },
          "exclude": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "type": "string"
            },
            "maxItems": 10000,
            "description": "Items to leave out."
          },
          "include": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "type": "string"
            },
            "maxItems": 10000,
            "description": "The only items to choose from."
          },
          "filter": {
            "oneOf": [
              {
                "type": "string"
              },
              {
                "type": "object"
              },
              {
                "type": "null"
              }
            ],
            "description": "A condition on the columns of the items, as text or as JSON."
          },
          "exclude_seen": {
            "type": [
              "boolean",
              "null"
            ],
            "default": true,
            "description": "Whether what the user has interacted with is left out."
          },
          "history": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "type": "string"
            },
            "maxItems": 10000,
            "description": "Items to recommend from, in place of what the model knows of the user."
          },
          "requests": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/RecommendOne"
            },
            "maxItems": 1024,
            "description": "Instead of all other fields: requests that are answered in order in `responses`."
          }
        }
      },
      "Similar": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "item": {
            "type": "string",
            "maxLength": 4096,
            "description": "The identifier of an item."
          },
          "k": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 1,
            "maximum": 1000,
            "default": 10
          },
          "filter": {
            "oneOf": [
              {
                "type": "string"
              },
              {
                "type": "object"
              },
              {
                "type": "null"
              }
            ],
            "description": "A condition on the columns of the items, as text or as JSON."
          },
          "exclude": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "type": "string"
            },
            "maxItems": 10000,
            "description": "Items to leave out."
          },
          "include": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "type": "string"
            },
            "maxItems": 10000,
            "description": "The only items to choose from."
          }
        },
        "required": [
          "item"
        ]
      },
      "Predict": {
        "type": "object",
        "description": "`instances` (rows) or `inputs` (columns). Strings may be base64, `{\"b64\": \"...\"}`.",
        "properties": {
          "signature_name": {
            "type": "string",
            "description": "`serving_default` where it is left out."
          },
          "instances": {
            "type": "array",
            "description": "One row each: a value, or an object of the inputs by name."
          },
          "inputs": {
            "description": "The input, or an object of the inputs by name."
          }
        }
      },
      "CatalogueItem": {
        "type": "object",
        "required": [
          "item",
          "popularity",
          "features"
        ],
        "properties": {
          "item": {
            "type": "string",
            "maxLength": 4096,
            "description": "The identifier of an item."
          },
          "popularity": {
            "type": [
              "number",
              "null"
            ],
            "minimum": 0,
            "maximum": 1,
            "description": "The share of the training interactions; null without a history."
          },
          "features": {
            "type": "object",
            "additionalProperties": {
              "oneOf": [
                {
                  "type": "string"
                },
                {
                  "type": "number"
                },
                {
                  "type": "null"
                },
                {
                  "type": "array",
                  "items": {
                    "type": [
                      "string",
                      "number",
                      "null"
                    ]
                  }
                }
              ]
            },
            "description": "What the columns say of it."
          }
        }
      },
      "HistoryUser": {
        "type": "object",
        "required": [
          "user",
          "items"
        ],
        "properties": {
          "user": {
            "type": "string"
          },
          "items": {
            "type": "integer",
            "minimum": 0
          }
        }
      },
      "Point": {
        "type": "object",
        "required": [
          "item",
          "x",
          "y",
          "popularity"
        ],
        "properties": {
          "item": {
            "type": "string",
            "maxLength": 4096,
            "description": "The identifier of an item."
          },
          "x": {
            "type": "number"
          },
          "y": {
            "type": "number"
          },
          "popularity": {
            "type": [
              "number",
              "null"
            ]
          },
          "value": {
            "oneOf": [
              {
                "type": "string"
              },
              {
                "type": "number"
              },
              {
                "type": "null"
              },
              {
                "type": "array",
                "items": {
                  "type": [
                    "string",
                    "number",
                    "null"
                  ]
                }
              }
            ],
            "description": "What the column `feature` says of it."
          }
        }
      },
      "TowerFeature": {
        "type": "object",
        "required": [
          "name",
          "type"
        ],
        "properties": {
          "name": {
            "type": "string"
          },
          "type": {
            "enum": [
              "string",
              "strings",
              "number"
            ]
          }
        }
      },
      "IndexTrial": {
        "type": "object",
        "required": [
          "name",
          "is_chosen",
          "measurements"
        ],
        "properties": {
          "name": {
            "type": "string"
          },
          "is_chosen": {
            "type": "boolean"
          },
          "measurements": {
            "type": "object",
            "required": [
              "k",
              "queries",
              "recall",
              "microseconds",
              "exact_microseconds"
            ],
            "properties": {
              "k": {
                "type": "integer",
                "minimum": 0
              },
              "queries": {
                "type": "integer",
                "minimum": 0
              },
              "recall": {
                "type": "number"
              },
              "microseconds": {
                "type": "number"
              },
              "exact_microseconds": {
                "type": "number"
              }
            }
          }
        }
      },
      "Summary": {
        "type": "object",
        "required": [
          "format",
          "created",
          "item",
          "items",
          "dimensions",
          "query_features",
          "candidate_features",
          "index",
          "index_trials",
          "item_columns",
          "parameters",
          "files"
        ],
        "properties": {
          "format": {
            "type": "integer",
            "minimum": 0
          },
          "created": {
            "type": "string",
            "format": "date-time"
          },
          "item": {
            "type": "string"
          },
          "items": {
            "type": "integer",
            "minimum": 0
          },
          "dimensions": {
            "type": "integer",
            "minimum": 0
          },
          "user": {
            "type": "string"
          },
          "users": {
            "type": "integer",
            "minimum": 0
          },
          "query_features": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/TowerFeature"
            }
          },
          "candidate_features": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/TowerFeature"
            }
          },
          "index": {
            "type": "string"
          },
          "index_trials": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/IndexTrial"
            }
          },
          "item_columns": {
            "type": "array",
            "items": {
              "type": "object",
              "required": [
                "name",
                "type",
                "examples"
              ],
              "properties": {
                "name": {
                  "type": "string"
                },
                "type": {
                  "type": "string"
                },
                "examples": {
                  "type": "array",
                  "items": {
                    "type": "string"
                  }
                }
              }
            }
          },
          "parameters": {
            "type": "array",
            "items": {
              "type": "object",
              "required": [
                "name",
                "rows",
                "columns"
              ],
              "properties": {
                "name": {
                  "type": "string"
                },
                "rows": {
                  "type": "integer",
                  "minimum": 0
                },
                "columns": {
                  "type": "integer",
                  "minimum": 0
                }
              }
            }
          },
          "files": {
            "type": "array",
            "items": {
              "type": "object",
              "required": [
                "name",
                "bytes",
                "sha256"
              ],
              "properties": {
                "name": {
                  "type": "string"
                },
                "bytes": {
                  "type": "integer",
                  "minimum": 0
                },
                "sha256": {
                  "type": "string",
                  "pattern": "^[0-9a-f]{64}$"
                }
              }
            }
          }
        }
      },
      "VersionStatus": {
        "type": "object",
        "required": [
          "version",
          "state",
          "status"
        ],
        "properties": {
          "version": {
            "type": "string",
            "pattern": "^[0-9]+$"
          },
          "state": {
            "enum": [
              "UNKNOWN",
              "START",
              "LOADING",
              "AVAILABLE",
              "UNLOADING",
              "END"
            ]
          },
          "status": {
            "type": "object",
            "required": [
              "error_code",
              "error_message"
            ],
            "properties": {
              "error_code": {
                "type": "string"
              },
              "error_message": {
                "type": "string"
              }
            }
          }
        }
      },
      "LiveItem": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "id": {
            "type": "string",
            "maxLength": 4096,
            "description": "The identifier of an item."
          },
          "features": {
            "type": [
              "object",
              "null"
            ],
            "additionalProperties": {
              "oneOf": [
                {
                  "type": "string"
                },
                {
                  "type": "number"
                },
                {
                  "type": "array",
                  "items": {
                    "type": [
                      "string",
                      "number"
                    ]
                  }
                },
                {
                  "type": "null"
                }
              ]
            },
            "description": "The columns of the catalogue, and what the candidate tower reads."
          },
          "vector": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "type": "number"
            },
            "description": "In place of the candidate tower's; as many numbers as the model has dimensions."
          }
        },
        "required": [
          "id"
        ]
      },
      "Event": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "user_id": {
            "type": "string"
          },
          "item": {
            "type": "string",
            "maxLength": 4096,
            "description": "The identifier of an item."
          },
          "time": {
            "type": [
              "number",
              "null"
            ],
            "description": "Seconds since 1970; now where it is left out."
          }
        },
        "required": [
          "user_id",
          "item"
        ]
      },
      "PutItems": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "items": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/LiveItem"
            }
          }
        },
        "required": [
          "items"
        ]
      },
      "PutItem": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "id": {
            "type": [
              "string",
              "null"
            ],
            "description": "The item of the path, where it is given."
          },
          "features": {
            "type": [
              "object",
              "null"
            ],
            "additionalProperties": {
              "oneOf": [
                {
                  "type": "string"
                },
                {
                  "type": "number"
                },
                {
                  "type": "array",
                  "items": {
                    "type": [
                      "string",
                      "number"
                    ]
                  }
                },
                {
                  "type": "null"
                }
              ]
            },
            "description": "The columns of the catalogue, and what the candidate tower reads."
          },
          "vector": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "type": "number"
            },
            "description": "In place of the candidate tower's; as many numbers as the model has dimensions."
          }
        }
      },
      "DeleteItems": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "ids": {
            "type": "array",
            "items": {
              "type": "string"
            }
          }
        },
        "required": [
          "ids"
        ]
      },
      "Events": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "events": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/Event"
            }
          }
        },
        "required": [
          "events"
        ]
      },
      "Explain": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "item": {
            "type": "string",
            "maxLength": 4096,
            "description": "The identifier of an item."
          },
          "user_id": {
            "type": [
              "string",
              "null"
            ],
            "description": "The user, where the name of the feature does not matter."
          },
          "query": {
            "type": [
              "object",
              "null"
            ],
            "additionalProperties": {
              "oneOf": [
                {
                  "type": "string"
                },
                {
                  "type": "number",
                  "minimum": -1e+30,
                  "maximum": 1e+30
                },
                {
                  "type": "array",
                  "items": {
                    "type": "string"
                  }
                }
              ]
            },
            "description": "The features that the query tower reads."
          },
          "history": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "type": "string"
            },
            "maxItems": 10000,
            "description": "Items to recommend from, in place of what the model knows of the user."
          },
          "k": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 1,
            "maximum": 1000,
            "default": 5,
            "description": "The most reasons to name."
          }
        },
        "required": [
          "item"
        ]
      },
      "Reason": {
        "type": "object",
        "required": [
          "item",
          "share",
          "similarity"
        ],
        "properties": {
          "item": {
            "type": "string",
            "maxLength": 4096,
            "description": "The identifier of an item."
          },
          "share": {
            "type": "number",
            "minimum": 0,
            "maximum": 1.000001,
            "description": "Its part of all that speaks for the item; those of a whole history add up to 1."
          },
          "similarity": {
            "type": "number",
            "description": "The cosine of the two items' vectors."
          }
        }
      },
      "Trial": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "version": {
            "type": "integer",
            "minimum": 1,
            "maximum": 9007199254740991
          },
          "share": {
            "type": "number",
            "minimum": 0,
            "maximum": 1
          }
        },
        "required": [
          "version",
          "share"
        ]
      },
      "Label": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "version": {
            "type": "integer",
            "minimum": 1,
            "maximum": 9007199254740991
          }
        },
        "required": [
          "version"
        ]
      },
      "RollBack": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "version": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 1,
            "maximum": 9007199254740991
          }
        }
      },
      "TrialState": {
        "type": "object",
        "required": [
          "version",
          "share"
        ],
        "properties": {
          "version": {
            "type": "integer",
            "minimum": 1,
            "maximum": 9007199254740991
          },
          "share": {
            "type": "number"
          },
          "compared": {
            "type": "integer",
            "minimum": 0
          },
          "failed": {
            "type": "integer",
            "minimum": 0
          },
          "dropped": {
            "type": "integer",
            "minimum": 0
          },
          "overlap": {
            "type": [
              "number",
              "null"
            ]
          },
          "rank_biased_overlap": {
            "type": [
              "number",
              "null"
            ]
          },
          "latency_ratio": {
            "type": [
              "number",
              "null"
            ]
          }
        }
      },
      "Life": {
        "type": "object",
        "required": [
          "model",
          "version",
          "pinned",
          "versions",
          "labels"
        ],
        "properties": {
          "model": {
            "type": "string"
          },
          "version": {
            "type": [
              "integer",
              "null"
            ],
            "description": "The one that answers where none is named."
          },
          "pinned": {
            "type": "boolean",
            "description": "Whether it was rolled back to, and newer ones wait."
          },
          "versions": {
            "type": "array",
            "items": {
              "type": "object",
              "required": [
                "version",
                "state"
              ],
              "properties": {
                "version": {
                  "type": "integer",
                  "minimum": 0
                },
                "state": {
                  "enum": [
                    "UNKNOWN",
                    "START",
                    "LOADING",
                    "AVAILABLE",
                    "UNLOADING",
                    "END"
                  ]
                },
                "error": {
                  "type": "string"
                }
              }
            }
          },
          "labels": {
            "type": "object",
            "additionalProperties": {
              "type": "integer"
            }
          },
          "canary": {
            "$ref": "#/components/schemas/TrialState"
          },
          "shadow": {
            "$ref": "#/components/schemas/TrialState"
          }
        }
      }
    },
    "securitySchemes": {
      "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token of the server, with the scopes read, write or admin."
      }
    }
  }
}

"""#
}
