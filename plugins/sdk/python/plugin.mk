# Builds a plugin of one Python module. A Makefile says NAME, KIND (rule or enricher) and SOURCE, and includes this.
#
# The tool that makes a component of it goes into .venv, with whatever else requirements.txt names.

SDK := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
WIT ?= wit
OUT ?= .
VENV ?= .venv

$(OUT)/$(NAME).wasm: $(SOURCE) $(wildcard $(SDK)/net_scout/*.py $(WIT)/*.wit) $(MAKEFILE_LIST) | $(VENV)/bin/componentize-py
	VIRTUAL_ENV=$(abspath $(VENV)) $(VENV)/bin/componentize-py --wit-path $(WIT) --world $(KIND) componentize \
		--python-path $(patsubst %/,%,$(dir $(SOURCE))) --python-path $(SDK) --stub-wasi --output $@.partial $(basename $(notdir $(SOURCE)))
	mv $@.partial $@
	@# The interpreter that looked at the modules leaves its own form of them.
	@rm -rf $(dir $(SOURCE))__pycache__ $(SDK)/net_scout/__pycache__

$(VENV)/bin/componentize-py: requirements.txt $(SDK)/requirements.txt
	python3 -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --requirement requirements.txt
	touch $@

.PHONY: clean
clean:
	rm -rf $(OUT)/$(NAME).wasm $(VENV)
