"""Tables: a folder is a layer, a file is a relation; a layer reads only earlier layers."""
