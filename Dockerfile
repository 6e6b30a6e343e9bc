# NCE Lab in a container: docs/hosting.md says how to start it. tests/test_hosting.py runs these steps as commands.
FROM python:3.11-slim

WORKDIR /lab
COPY requirements.txt ./
RUN python -m pip install --no-cache-dir --disable-pip-version-check -r requirements.txt
COPY . ./
RUN python -m compileall -q losses commands toy_models analysis checkpoints claims talks ui
RUN useradd --create-home lab
USER lab

EXPOSE 8501
HEALTHCHECK --start-period=60s CMD python -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=5)"
# In a container "this machine" is the container: it listens on all of the container's addresses, and docker's -p decides
# who reaches it. Further options follow the image's name: --server.allowedHosts NAME, or -- --public.
ENTRYPOINT ["python", "-m", "streamlit", "run", "app.py", "--server.address", "0.0.0.0", "--server.port", "8501"]
